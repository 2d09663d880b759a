namespace Orleans.Multiplex.Storage.Cache;

/// <summary>Where the files of the store's models are kept on this machine, and how many (<c>Multiplex:Cache</c>).</summary>
public sealed class CacheOptions
{
    /// <summary>
    /// The folder of the cache, created where it is missing. Silos of one user on one machine may share it, and fetch each file once then. Default:
    /// null, <c>orleans-multiplex</c> in <c>$XDG_CACHE_HOME</c> or <c>~/.cache</c>, or <c>orleans-multiplex-{user}-cache</c> in the temporary folder where there is neither.
    /// </summary>
    public string? Path { get; set; }

    /// <summary>
    /// The most bytes that the files may take by their lengths; the least recently used versions are removed for others. Silos that share a folder need the same limit.
    /// Default: null, 20 GiB, or less where that would leave too little of the disk free; above zero.
    /// </summary>
    public ByteSize? MaxBytes { get; set; }
}
