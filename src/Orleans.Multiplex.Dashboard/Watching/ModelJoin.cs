using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>Puts together what the store has and what the silos hold.</summary>
internal static class ModelJoin
{
    public const string Ready = "ready";
    public const string Unavailable = "unavailable";
    public const string InStore = "in the store";

    // As the silos say it of one that was there.
    private const string UnloadedReason = "unloaded";

    /// <summary>A model for each id, by id.</summary>
    /// <param name="entries">Those of the store, each with its versions side by side.</param>
    /// <param name="silos">What the silos hold.</param>
    public static ImmutableArray<KnownModel> Join(ImmutableArray<ModelIndexEntry> entries, ImmutableArray<SiloResidency> silos)
    {
        var residents = (from silo in silos from pool in silo.Pools from model in pool.Models select (silo.Silo, Resident: model)).ToLookup(static one => one.Resident.Model, StringComparer.Ordinal);
        var listed = entries.GroupBy(static entry => entry.Model, StringComparer.Ordinal).Select(group => Of(group.Key, [.. group], residents[group.Key]));
        var names = entries.Select(static entry => entry.Model).ToHashSet(StringComparer.Ordinal);
        var others = residents.Where(group => !names.Contains(group.Key)).Select(static group => Of(group.Key, [], group));
        return [.. listed.Concat(others).OrderBy(static model => model.Model, StringComparer.Ordinal)];
    }

    private static KnownModel Of(string model, ImmutableArray<ModelIndexEntry> entries, IEnumerable<(string Silo, ResidentModel Resident)> residents)
    {
        var there = residents.ToList();
        var (state, why) = FindState(entries, there.Select(static one => one.Resident.State));
        return new KnownModel(
            model,
            [.. entries.Select(static entry => entry.Version).OfType<long>().Concat(there.Select(static one => one.Resident.Version)).Where(static version => version > 0).Distinct().OrderDescending()],
            state,
            why,
            [.. there.Select(static one => one.Silo).Distinct().Order(StringComparer.Ordinal)],
            there.Sum(static one => one.Resident.Bytes + one.Resident.MappedBytes),
            there.Sum(static one => one.Resident.Hits),
            there.Sum(static one => one.Resident.InFlight),
            there.Count == 0 ? null : there.Min(static one => one.Resident.Age),
            there.Any(static one => one.Resident.IsPinned));
    }

    // A model that was unloaded is as good as one that was never asked for; the store has both.
    private static (string State, string Why) FindState(ImmutableArray<ModelIndexEntry> entries, IEnumerable<ResidentState> states)
    {
        var known = states.ToList();
        var why = entries.FirstOrDefault(static entry => entry.Reason.Length > 0)?.Reason ?? "";
        return known.Contains(ResidentState.Ready) ? (Ready, "")
            : known.Count > 0 ? (Words.Of(known[0]), "")
            : why.Length == 0 || why.StartsWith(UnloadedReason, StringComparison.Ordinal) ? (InStore, why)
            : (Unavailable, why);
    }
}
