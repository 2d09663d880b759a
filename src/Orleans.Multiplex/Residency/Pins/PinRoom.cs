namespace Orleans.Multiplex.Residency.Pins;

/// <summary>
/// Whether a model that has been loaded here and asks for a pin in its own settings can have it. It never takes the room of a pin of the settings or of an operator
/// whose model is not loaded just now: those were promised before.
/// </summary>
/// <param name="pins">Those pins.</param>
/// <param name="view">What the other silos tell.</param>
/// <param name="footprints">What models are known to take.</param>
/// <param name="quota">What this silo may hold.</param>
/// <param name="local">This silo.</param>
internal sealed class PinRoom(PinnedModels pins, ClusterResidencyView view, KnownFootprints footprints, SiloQuota quota, ILocalSiloDetails local)
{
    /// <param name="resident">The model, in its room.</param>
    /// <param name="here">The pinned models of this silo beside it.</param>
    public bool IsThereFor(Resident resident, IEnumerable<PinnedResident> here)
    {
        // What another pin keeps takes no further room.
        if (!pins.Of(resident).IsEmpty)
        {
            return true;
        }

        List<SiloRow> rows = [.. view.Rows.Where(row => !row.Silo.Equals(local.SiloAddress)), Describe(resident.Pool, here)];
        var loaded = rows.SelectMany(static row => row.Pinned).SelectMany(static one => one.Pins);
        var waiting = pins.Current.Except(loaded).Select(pin => new PinnedBytes([pin], footprints.Find(ModelPool.OfStore, ModelKey.Parse(pin).Id)));
        return PinPlan.Fits(rows, waiting, local.SiloAddress, resident.Reservation!.Bytes);
    }

    // As it is now: what this silo has told the others may be older.
    private SiloRow Describe(ModelPool pool, IEnumerable<PinnedResident> here) =>
        new(local.SiloAddress, local.Name, 0, false, quota.MaxBytes, 0, [new PoolRow(pool.Name, pool.MaxModels, 0, null)]) { Pinned = [.. here] };
}
