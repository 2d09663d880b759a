using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>The residents of this silo that pins keep: they stand outside the order of eviction. Guarded by the eviction service's lock.</summary>
internal sealed class PinnedResidents(PinnedModels pins)
{
    private readonly HashSet<Resident> _residents = [];

    /// <summary>Takes a ready resident out of the order of eviction, or puts it into it, as the pins now are.</summary>
    public void Sort(Resident resident)
    {
        resident.IsPinned = pins.Covers(resident.Key, resident.IsDefaultVersion);
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
    public void Remove(Resident resident) => _residents.Remove(resident);

    public ImmutableArray<PinnedResident> Report() =>
    [
        .. _residents.Select(resident => new PinnedResident(
            pins.Find(resident.Key, resident.IsDefaultVersion) ?? "",
            resident.Key.ModelId,
            resident.Key.Version,
            resident.IsDefaultVersion,
            resident.Reservation?.Bytes ?? 0)),
    ];
}
