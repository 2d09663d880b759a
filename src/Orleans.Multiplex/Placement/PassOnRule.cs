using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Whether a model that finds no room on this silo is passed on. It is when another silo has room by what it says of itself now, which is a
/// fact; or when, by its last news, one that did not answer has room, or a full one has a much older victim or is large enough, which are guesses.
/// </summary>
internal sealed class PassOnRule(PlacementSnapshots snapshots, PassOnLimiter limiter)
{
    /// <param name="pool">The model's pool.</param>
    /// <param name="model">The model.</param>
    /// <param name="bytes">The bytes that it will take; 0 when not known.</param>
    /// <param name="answers">What the other silos say of themselves now.</param>
    public bool IsBetter(string pool, string model, long bytes, IEnumerable<SiloRow> answers)
    {
        if (snapshots.TakeOwn(pool).IsDraining)
        {
            return snapshots.TakeOthers(pool).Any(static other => !other.IsDraining) && limiter.TryPass(pool, model, isFact: true);
        }

        if (PlacementPolicy.HasRoom(answers.Select(row => PlacementSnapshots.Describe(row, pool)), bytes))
        {
            return limiter.TryPass(pool, model, isFact: true);
        }

        var others = snapshots.TakeOthers(pool);
        return (PlacementPolicy.HasRoom(others, bytes) || PlacementPolicy.HasBetterFullSilo(snapshots.TakeOwn(pool), others, bytes))
            && limiter.TryPass(pool, model, isFact: false);
    }
}
