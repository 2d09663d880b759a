namespace Orleans.Multiplex.Placement;

/// <summary>Decides where a model goes that nobody holds. A pure function: no clock, no chance, no I/O.</summary>
/// <remarks>
/// <list type="number">
/// <item>The silo that has the model already, where only its grain went.</item>
/// <item>Silos with room, the least full first, by the fraction of their quota that is charged, in steps of an eighth. That a silo has the model's files
/// on its disk is worth two steps: to fetch them takes longer than all else, but a silo with all files must not get all models.</item>
/// <item>Where none has room: the silo whose next victim is oldest, in bands of age that double, so that the cluster as a whole evicts
/// what is oldest in the cluster; then one that has the files.</item>
/// <item>Among equals: the model's own order of silos (<see cref="Rendezvous"/>).</item>
/// </list>
/// A silo that has told nothing yet comes after those that are known to have room; one that is too small or leaves comes last.
/// </remarks>
internal static class PlacementPolicy
{
    /// <remarks>One pass without a text: a cluster of a thousand silos decides thousands of times between two looks at the reasons.</remarks>
    /// <param name="snapshot">At least one candidate.</param>
    public static PlacementDecision Decide(PlacementSnapshot snapshot)
    {
        var order = Rendezvous.Of(snapshot.ModelId);
        var best = snapshot.Candidates[0];
        var suited = Suitability.Of(best, snapshot.Bytes);
        ulong? weight = null;
        foreach (var other in snapshot.Candidates.AsSpan()[1..])
        {
            var otherSuited = Suitability.Of(other, snapshot.Bytes);
            var difference = Suitability.Compare(otherSuited, suited);
            if (difference > 0)
            {
                continue;
            }

            ulong? otherWeight = null;
            if (difference == 0)
            {
                weight ??= order.GetWeight(best.Silo);
                otherWeight = order.GetWeight(other.Silo);
                if (otherWeight < weight || (otherWeight == weight && string.CompareOrdinal(other.Silo, best.Silo) > 0))
                {
                    continue;
                }
            }

            (best, suited, weight) = (other, otherSuited, otherWeight);
        }

        return new PlacementDecision(best.Silo, snapshot);
    }

    /// <summary>Whether there is a silo on which a model fits without an eviction.</summary>
    /// <param name="candidates">The silos.</param>
    /// <param name="bytes">The bytes that the model will take; 0 when not known.</param>
    public static bool HasRoom(IEnumerable<SiloCandidate> candidates, long bytes) =>
        candidates.Any(candidate => Suitability.Classify(candidate, bytes) == CandidateClass.HasRoom);

    /// <summary>
    /// Whether a full silo is a better place than this one, which has no room either: it would evict, for the model, one that is more than a
    /// band of age older than the own victim, those counted that have to go for models on their way; or it can hold the model at all, where this silo cannot.
    /// </summary>
    /// <param name="own">This silo.</param>
    /// <param name="others">The other silos.</param>
    /// <param name="bytes">The bytes that the model will take; 0 when not known.</param>
    public static bool HasBetterFullSilo(SiloCandidate own, IEnumerable<SiloCandidate> others, long bytes) =>
        others.Any(other => Suitability.Classify(other, bytes) == CandidateClass.Full
            && (!own.CanMakeRoom(bytes) || AgeBands.GetBand(other.NextVictimAge) > AgeBands.GetBand(own.NextVictimAge) + 1));
}
