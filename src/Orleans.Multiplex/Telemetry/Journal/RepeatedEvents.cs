namespace Orleans.Multiplex.Telemetry.Journal;

/// <summary>
/// Events that may come thousands of times a second, as refusals do: the first of a kind is written at once, and what comes within a second after it is written in sum at that
/// second's end.
/// </summary>
/// <param name="journal">Where they are written.</param>
/// <param name="time">The clock.</param>
internal sealed class RepeatedEvents(SiloJournal journal, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <summary>Beyond so many different ones in a second, the others of the second are not told apart by their models.</summary>
    private const int MostKinds = 200;

    private readonly Lock _lock = new();
    private readonly Dictionary<(ClusterEventKind Kind, string? Pool, string? Model, string Reason), Repeated> _kinds = [];
    private ITimer? _timer;

    public void Add(in JournalEntry entry)
    {
        var key = (entry.Kind, entry.Pool, entry.Model, entry.Reason);
        lock (_lock)
        {
            if (!_kinds.TryGetValue(key, out var seen) && _kinds.Count >= MostKinds)
            {
                key = (entry.Kind, null, null, entry.Reason);
                _kinds.TryGetValue(key, out seen);
            }

            if (seen is not null)
            {
                seen.Count++;
                seen.Last = entry;
                return;
            }

            _kinds[key] = new Repeated { IsOfMany = key.Model is null && entry.Model is not null };
            _timer ??= time.CreateTimer(static state => ((RepeatedEvents)state!).Write(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (_kinds.Count == 1)
            {
                _timer.Change(Period, Timeout.InfiniteTimeSpan);
            }
        }

        journal.Add(entry);
    }

    public void Dispose() => _timer?.Dispose();

    private void Write()
    {
        List<JournalEntry> sums;
        lock (_lock)
        {
            sums = [.. _kinds.Values.Where(static seen => seen.Count > 0).Select(static seen => seen.Sum())];
            _kinds.Clear();
        }

        sums.ForEach(sum => journal.Add(sum));
    }

    private sealed class Repeated
    {
        public bool IsOfMany { get; init; }

        public int Count { get; set; }

        public JournalEntry Last { get; set; }

        public JournalEntry Sum() => IsOfMany
            ? Last with { Count = Count, Model = null, Pool = null, Version = 0, Message = $"{Count} times for other models." }
            : Last with { Count = Count };
    }
}
