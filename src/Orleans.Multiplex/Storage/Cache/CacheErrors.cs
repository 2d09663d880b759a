namespace Orleans.Multiplex.Storage.Cache;

/// <summary>What goes wrong in the cache, as callers are told: with the setting's name and without paths of this machine.</summary>
internal static class CacheErrors
{
    public static NoCapacityException TooLarge(ModelManifest manifest, long bytes, long limit) => new(
        manifest.Key.ToString(),
        $"The files of model '{manifest.Key}' take {new ByteSize(bytes)}, more than the whole cache of {new ByteSize(limit)} (Multiplex:Cache:MaxBytes).");

    public static NoCapacityException InUse(ModelManifest manifest, long bytes) => new(
        manifest.Key.ToString(),
        $"The files of model '{manifest.Key}' take {new ByteSize(bytes)}, and what would have to go for them from the cache (Multiplex:Cache:MaxBytes) stayed in use.",
        TimeSpan.FromSeconds(1));

    /// <summary>What a fault of the disk is to callers; others stay what they are.</summary>
    public static Exception Translate(Exception fault, ModelManifest manifest) => fault switch
    {
        _ when DiskFull.Is(fault) => new NoCapacityException(
            manifest.Key.ToString(),
            $"There is no room on the disk of the cache (Multiplex:Cache:Path) for the files of model '{manifest.Key}', and nothing more to remove from the cache. Free some of the disk.",
            TimeSpan.FromSeconds(5)),
        IOException or UnauthorizedAccessException => new StoreUnavailableException(
            manifest.Key.ToString(), $"its files cannot be kept in the cache (Multiplex:Cache:Path): {fault.GetType().Name}."),
        _ => fault,
    };
}
