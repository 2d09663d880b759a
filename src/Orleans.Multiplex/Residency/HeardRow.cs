using System.Collections.Concurrent;

namespace Orleans.Multiplex.Residency;

/// <summary>A row as it was heard, with what was decided since on its ground: models sent to the silo that the row cannot know of.</summary>
internal sealed class HeardRow(SiloRow row, long at)
{
    // Made for the first model that is sent: of thousands of rows a second that a large cluster tells, few are decided on.
    private ConcurrentDictionary<string, int>? _sentModels;
    private long _sentBytes;

    public SiloRow Row => row;

    public long At => at;

    public long SentBytes => Interlocked.Read(ref _sentBytes);

    public int GetSentModels(string pool) => Volatile.Read(ref _sentModels)?.GetValueOrDefault(pool) ?? 0;

    public void CountSent(string pool, long bytes)
    {
        LazyInitializer.EnsureInitialized(ref _sentModels, static () => new ConcurrentDictionary<string, int>(StringComparer.Ordinal))
            .AddOrUpdate(pool, 1, static (_, count) => count + 1);
        Interlocked.Add(ref _sentBytes, bytes);
    }
}
