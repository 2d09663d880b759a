using System.Collections.Concurrent;

namespace Orleans.Multiplex.Residency;

/// <summary>A row as it was heard, with what was decided since on its ground: models sent to the silo that the row cannot know of.</summary>
internal sealed class HeardRow(SiloRow row, long at)
{
    private readonly ConcurrentDictionary<string, int> _sentModels = new(StringComparer.Ordinal);
    private long _sentBytes;

    public SiloRow Row => row;

    public long At => at;

    public long SentBytes => Interlocked.Read(ref _sentBytes);

    public int GetSentModels(string pool) => _sentModels.GetValueOrDefault(pool);

    public void CountSent(string pool, long bytes)
    {
        _sentModels.AddOrUpdate(pool, 1, static (_, count) => count + 1);
        Interlocked.Add(ref _sentBytes, bytes);
    }
}
