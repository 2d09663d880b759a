namespace Orleans.Multiplex.Storage.Cache;

/// <summary>What this process did with the cache since it started.</summary>
internal sealed class CacheCounts
{
    private long _hits;
    private long _fetches;
    private long _evictions;

    public long Hits => Interlocked.Read(ref _hits);

    public long Fetches => Interlocked.Read(ref _fetches);

    public long Evictions => Interlocked.Read(ref _evictions);

    /// <summary>Files that were there are used.</summary>
    public void AddHit() => Interlocked.Increment(ref _hits);

    /// <summary>A version was fetched.</summary>
    public void AddFetch() => Interlocked.Increment(ref _fetches);

    /// <summary>A version was removed to make room.</summary>
    public void AddEviction() => Interlocked.Increment(ref _evictions);
}
