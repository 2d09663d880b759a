using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// When the other silos are told of which models this machine has files: some seconds after a change, and again after a while for those that have come
/// since; more seldom where silos are many. Not thread-safe.
/// </summary>
/// <param name="read">Reads the ids of those models; the same instance as before while nothing has changed.</param>
/// <param name="time">The clock.</param>
internal sealed class CachedModelsNews(Func<ImmutableHashSet<string>> read, TimeProvider time)
{
    /// <summary>The least time between two looks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>How long it is not told again what has not changed.</summary>
    public static readonly TimeSpan Repetition = TimeSpan.FromSeconds(30);

    private ImmutableHashSet<string>? _told;
    private ModelFilter? _filter;
    private long _lookedAt;
    private long _toldAt;

    /// <summary>What is to be told now; null for nothing.</summary>
    /// <param name="silos">How many silos there are.</param>
    public ModelFilter? Take(int silos)
    {
        if (_told is not null && time.GetElapsedTime(_lookedAt) < GossipPace.Stretch(Interval, silos))
        {
            return null;
        }

        _lookedAt = time.GetTimestamp();
        var ids = read();
        if (ReferenceEquals(ids, _told) && time.GetElapsedTime(_toldAt) < GossipPace.Stretch(Repetition, silos))
        {
            return null;
        }

        _filter = ReferenceEquals(ids, _told) ? _filter : ModelFilter.Of(ids);
        (_told, _toldAt) = (ids, _lookedAt);
        return _filter;
    }
}
