using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// When residents are compared with the store: each once in an interval, all of them evenly over it, and neighbours in the order of their ids at about
/// the same time, since a store may tell of many neighbours by one answer.
/// </summary>
/// <param name="interval">The interval.</param>
/// <param name="time">The clock.</param>
internal sealed class LookPlan(TimeSpan interval, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private readonly long _interval = Math.Max(1, (long)(interval.TotalSeconds * time.TimestampFrequency));

    /// <summary>The residents that are due, in the order of their ids, each with the moment since which it is. They are in no plan until they are planned again.</summary>
    public List<(Resident Resident, long DueAt)> TakeDue(IEnumerable<Resident> residents)
    {
        var now = time.GetTimestamp();
        var all = residents.ToList();
        if (all.Exists(static resident => resident.Store.LookDueAt == 0))
        {
            all.Sort(static (one, other) => string.CompareOrdinal(one.Key.ModelId, other.Key.ModelId));
            for (var i = 0; i < all.Count; i++)
            {
                if (all[i].Store.LookDueAt == 0)
                {
                    // Its place among the others is its place in the interval.
                    all[i].Store.LookDueAt = GetNext(_startedAt + (long)((i + 1) / (double)all.Count * _interval), now);
                }
            }
        }

        var due = all.Where(resident => resident.Store.LookDueAt <= now).Select(static resident => (resident, resident.Store.LookDueAt)).ToList();
        due.Sort(static (one, other) => string.CompareOrdinal(one.resident.Key.ModelId, other.resident.Key.ModelId));
        due.ForEach(static one => one.resident.Store.LookDueAt = long.MaxValue);
        return due;
    }

    /// <summary>Plans the next look at a resident.</summary>
    public void Plan(Resident resident, long dueAt) => resident.Store.LookDueAt = GetNext(dueAt, time.GetTimestamp());

    /// <summary>Whether what was due is so late that the next look would be due too. Less than a second is nothing to speak of.</summary>
    public bool IsLate(long dueAt) => time.GetTimestamp() - dueAt > Math.Max(_interval, time.TimestampFrequency);

    private long GetNext(long dueAt, long now) => dueAt > now ? dueAt : dueAt + ((((now - dueAt) / _interval) + 1) * _interval);
}
