using System.Collections.Immutable;
using Orleans.Multiplex.Residency.Pins;

namespace Orleans.Multiplex.Residency;

/// <summary>What pins keep out of the order of eviction.</summary>
internal sealed partial class EvictionService
{
    /// <summary>The pinned models that are ready.</summary>
    public ImmutableArray<PinnedResident> GetPinned()
    {
        lock (_lock)
        {
            return _pinned.Report();
        }
    }

    // A model is held in the name of a pin from now on, or no longer.
    private void Sort(Resident resident)
    {
        if (resident.IsPinned || resident.IsPinnedByFile || !_pinned.Pins.Current.IsEmpty)
        {
            lock (_lock)
            {
                _pinned.Sort(resident);
            }

            ReclaimWhenAwaited();
        }
    }

    // When it has returned, no pinned model is chosen as a victim any more.
    private void SortAll()
    {
        lock (_lock)
        {
            foreach (var resident in _ledger.Snapshot().Where(static resident => resident.State == ResidentState.Ready))
            {
                _pinned.Sort(resident);
            }
        }

        ReclaimWhenAwaited();
    }
}
