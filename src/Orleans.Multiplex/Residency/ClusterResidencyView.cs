using System.Collections.Concurrent;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// What this silo last heard of each silo's residency. It may be stale and is never the truth: it steers, and each silo's own quota
/// decides.
/// </summary>
internal sealed class ClusterResidencyView(TimeProvider time)
{
    private readonly ConcurrentDictionary<SiloAddress, HeardRow> _rows = new();

    /// <summary>A silo was heard of for the first time, however.</summary>
    public event Action<SiloRow>? Came;

    /// <summary>Takes a row in, unless a newer one of the same silo came before it. What it does not repeat stays as it was heard.</summary>
    public void Update(SiloRow row)
    {
        var isNew = !_rows.ContainsKey(row.Silo);
        _rows.AddOrUpdate(
            row.Silo,
            static (_, now) => new HeardRow(now.row, now.At),
            static (_, old, now) => old.Row.Sequence >= now.row.Sequence ? old : new HeardRow(now.row with { Cached = now.row.Cached ?? old.Row.Cached }, now.At),
            (row, At: time.GetTimestamp()));
        if (isNew)
        {
            Came?.Invoke(row);
        }
    }

    /// <summary>Forgets the silos that are no longer in the cluster.</summary>
    public void Retain(IReadOnlySet<SiloAddress> alive)
    {
        foreach (var silo in _rows.Keys)
        {
            if (!alive.Contains(silo))
            {
                _rows.TryRemove(silo, out _);
            }
        }
    }

    /// <summary>What was last heard of a silo; null when nothing was.</summary>
    public HeardRow? Find(SiloAddress silo) => _rows.GetValueOrDefault(silo);

    /// <summary>The silos of which something was heard.</summary>
    public IEnumerable<SiloAddress> Silos => _rows.Keys;

    /// <summary>What was last heard of each silo.</summary>
    public IEnumerable<SiloRow> Rows => _rows.Values.Select(static heard => heard.Row);

    /// <summary>The name of a silo; its address where nothing was heard of it.</summary>
    /// <param name="address">The silo's address in text form.</param>
    public string GetName(string address) =>
        _rows.Values.FirstOrDefault(heard => heard.Row.Silo.ToParsableString() == address)?.Row.Name ?? address;

    /// <summary>The time since a row came.</summary>
    public TimeSpan GetAge(HeardRow heard) => time.GetElapsedTime(heard.At);
}
