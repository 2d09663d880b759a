namespace Orleans.Multiplex.Storage.Cache;

/// <summary>How large the cache may grow where the settings do not say.</summary>
internal static class CacheLimit
{
    /// <summary>The most that is taken without being told.</summary>
    public const long Most = 20L << 30;

    /// <summary>A tenth of the disk stays free, or half of what is free now where that is less: a full disk still serves models.</summary>
    /// <param name="cached">The bytes that the cache has already.</param>
    /// <param name="available">The bytes that are free on its disk.</param>
    /// <param name="size">The size of its disk.</param>
    public static long GetDefault(long cached, long available, long size) => Math.Min(Most, cached + available - Math.Min(size / 10, available / 2));
}
