using System.Collections.Immutable;
using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Telemetry.Journal;

/// <summary>
/// The last events of this silo, and for each of a bounded number of models its own last ones, which outlive the others where much else happens: why a model went is asked
/// long after.
/// </summary>
/// <param name="silo">The silo's name.</param>
/// <param name="time">The clock.</param>
/// <param name="capacity">How many events are kept.</param>
internal sealed class SiloJournal(string silo, TimeProvider time, int capacity = SiloJournal.DefaultCapacity)
{
    /// <summary>Some megabytes.</summary>
    public const int DefaultCapacity = 10_000;

    private const int MostModels = 5_000;
    private const int PerModel = 12;

    private readonly Lock _lock = new();
    private readonly ClusterEvent[] _ring = new ClusterEvent[capacity];
    private readonly ConcurrentLru<string, ImmutableArray<ClusterEvent>> _byModel = new(MostModels);
    private long _last;
    private DateTimeOffset _lastAt;

    /// <summary>Writes an event down.</summary>
    public void Add(in JournalEntry entry)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            // The clock may be set back; the order of what happened is not.
            _lastAt = now > _lastAt ? now : _lastAt;
            var written = entry.ToEvent(silo, ++_last, _lastAt);
            _ring[(int)((_last - 1) % capacity)] = written;
            if (written.Model is { } model)
            {
                _byModel.AddOrUpdate(model, Append(_byModel.TryGet(model, out var earlier) ? earlier : [], written));
            }
        }
    }

    /// <summary>Reads events, in their order.</summary>
    /// <param name="after">The place after which they are wanted, 0 for all, one that has not come yet for those to come; null for the last ones.</param>
    /// <param name="limit">The most that are wanted.</param>
    public JournalPage Read(long? after, int limit)
    {
        lock (_lock)
        {
            if (after > _last)
            {
                return new JournalPage([], _last, HasMore: false);
            }

            var first = Math.Max(1, _last - capacity + 1);
            var from = after is { } place ? place + 1 : Math.Max(first, _last - limit + 1);
            var missed = Math.Max(0, first - from);
            from = Math.Max(from, first);
            var to = Math.Min(_last, from + limit - 1);
            var events = ImmutableArray.CreateBuilder<ClusterEvent>((int)Math.Max(0, to - from + 1) + 1);
            if (missed > 0)
            {
                events.Add(Missed_NeedsLock(missed, from - 1));
            }

            for (var sequence = from; sequence <= to; sequence++)
            {
                events.Add(_ring[(int)((sequence - 1) % capacity)]);
            }

            return new JournalPage(events.DrainToImmutable(), Math.Max(to, from - 1), to < _last);
        }
    }

    /// <summary>The last events of a model, newest first.</summary>
    /// <param name="model">The model's id.</param>
    public ImmutableArray<ClusterEvent> Find(string model) => _byModel.TryGet(model, out var events) ? events : [];

    // What repeats is kept once, with its count: a model that is refused for an hour does not lose why it was evicted.
    private static ImmutableArray<ClusterEvent> Append(ImmutableArray<ClusterEvent> earlier, ClusterEvent written)
    {
        if (written.Kind is ClusterEventKind.Refused or ClusterEventKind.Failed or ClusterEventKind.LoadFailed
            && earlier.FirstOrDefault(one => one.Kind == written.Kind && one.Reason == written.Reason) is { } same)
        {
            return [written with { Count = (int)Math.Min((long)same.Count + written.Count, int.MaxValue) }, .. earlier.Remove(same)];
        }

        return [written, .. earlier.Take(PerModel - 1)];
    }

    private ClusterEvent Missed_NeedsLock(long count, long sequence) => new()
    {
        Silo = silo,
        Sequence = sequence,
        At = _ring[(int)(sequence % capacity)].At,
        Kind = ClusterEventKind.Missed,
        Message = $"{count} earlier events of silo '{silo}' are not kept any more.",
        Count = (int)Math.Min(count, int.MaxValue),
    };
}
