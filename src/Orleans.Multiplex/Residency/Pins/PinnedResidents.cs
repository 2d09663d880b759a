using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>The residents of this silo that pins keep: they stand outside the order of eviction. Guarded by the eviction service's lock.</summary>
internal sealed class PinnedResidents(PinnedModels pins)
{
    private readonly HashSet<Resident> _residents = [];

    /// <summary>Takes a ready resident out of the order of eviction, or puts it into it, as the pins now are. One that is not ready is in neither.</summary>
    public void Sort(Resident resident)
    {
        if (resident.State != ResidentState.Ready)
        {
            return;
        }

        resident.IsPinned = !pins.Of(resident).IsEmpty;
        resident.Reservation!.SetPinned(resident.IsPinned);
        if (resident.IsPinned)
        {
            _residents.Add(resident);
        }
        else
        {
            _residents.Remove(resident);
            resident.Pool.Lru.Add(resident);
        }
    }

    /// <summary>The resident goes: an operator or the silo's stop takes it away.</summary>
    public void Remove(Resident resident)
    {
        if (_residents.Remove(resident))
        {
            resident.Reservation!.SetPinned(false);
        }
    }

    public ImmutableArray<PinnedResident> Report() =>
        [.. _residents.Select(resident => new PinnedResident(resident.Key.ModelId, resident.Key.Version, pins.Of(resident), resident.Reservation?.Bytes ?? 0))];
}
