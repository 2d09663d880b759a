using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The rows that a silo has told last, as far back as one of them may still be on its way to somebody.</summary>
internal sealed class ToldRows
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMilliseconds(10);

    private readonly List<(TimeSpan At, SiloRow Row)> _rows = [];

    public void Add(TimeSpan at, SiloRow row)
    {
        // What a row does not repeat holds on, also for one to whom only the newest is delivered.
        var cached = row.Cached ?? (_rows.Count > 0 ? _rows[^1].Row.Cached : null);
        _rows.RemoveRange(0, Math.Max(0, _rows.FindLastIndex(told => told.At < at - LongestDelay)));
        _rows.Add((at, row with { Cached = cached }));
    }

    /// <summary>The newest one that has come by now, with the time at which it came.</summary>
    public (TimeSpan At, SiloRow Row)? FindNewest(TimeSpan now, TimeSpan delay)
    {
        for (var i = _rows.Count - 1; i >= 0; i--)
        {
            if (_rows[i].At + delay <= now)
            {
                return (_rows[i].At + delay, _rows[i].Row);
            }
        }

        return null;
    }
}
