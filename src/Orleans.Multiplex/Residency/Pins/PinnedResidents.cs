using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>The residents of this silo that pins keep: they stand outside the order of eviction. Guarded by the eviction service's lock.</summary>
/// <param name="pins">The pins of settings and operators.</param>
/// <param name="room">Room for those of models' own settings.</param>
internal sealed class PinnedResidents(PinnedModels pins, PinRoom room)
{
    private readonly HashSet<Resident> _residents = [];

    public PinnedModels Pins => pins;

    /// <summary>Takes in a model that has become ready. Whether its own settings pin it is decided here once, for as long as it is loaded and has a grain.</summary>
    /// <returns>False when they ask for a pin that has no room.</returns>
    public bool Add(Resident resident)
    {
        var isAskedFor = resident.Settings.Pin;
        resident.IsPinnedByFile = isAskedFor && room.IsThereFor(resident, _residents.Where(other => !IsSucceededBy(other, resident)).Select(Report));
        Sort(resident);
        return resident.IsPinnedByFile == isAskedFor;
    }

    /// <summary>Takes a ready resident out of the order of eviction, or puts it into it, as the pins now are. One that is not ready is in neither.</summary>
    public void Sort(Resident resident)
    {
        if (resident.State != ResidentState.Ready)
        {
            return;
        }

        resident.IsPinned = (resident.IsPinnedByFile && IsServed(resident)) || !pins.Of(resident).IsEmpty;
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

    public ImmutableArray<PinnedResident> Report() => [.. _residents.Select(Report)];

    private PinnedResident Report(Resident resident) =>
        new(resident.Key.ModelId, resident.Key.Version, pins.Of(resident), resident.Reservation?.Bytes ?? 0) { IsPinnedByFile = resident.IsPinnedByFile };

    // One that nobody can ask any more is prey, whatever its file says, and so is a copy; one that is to take another's place is asked from then on.
    private static bool IsServed(Resident resident) => resident.Predecessor is not null || resident.Holders.Any(static holder => !holder.IsCopy);

    // One that is held under its own version stays beside a higher one.
    private static bool IsSucceededBy(Resident old, Resident resident) => ReferenceEquals(resident.Predecessor, old)
        && (old.Key == resident.Key || old.GetNames().All(static name => ModelKey.Parse(name).Version is null));
}
