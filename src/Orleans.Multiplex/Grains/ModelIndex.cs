using System.Collections.Immutable;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>Joins what the store has with what the silos know of it. Pure functions.</summary>
internal static class ModelIndex
{
    /// <summary>The state that a resident's stage is in the index.</summary>
    public static ModelIndexState StateOf(ResidentState state) => state switch
    {
        ResidentState.Ready => ModelIndexState.Ready,
        ResidentState.Draining or ResidentState.Unloading => ModelIndexState.Unloading,
        ResidentState.Gone or ResidentState.Failed => ModelIndexState.Unavailable,
        _ => ModelIndexState.Loading,
    };

    /// <summary>
    /// A part of the list: each version of which silos know something, with the best that any of them knows (one that is ready anywhere is
    /// ready); a model of which nobody knows anything, by its id alone.
    /// </summary>
    /// <param name="listed">What the store has.</param>
    /// <param name="states">What the silos know.</param>
    /// <param name="limit">How many models the store was asked for; when it gave fewer, there are no more.</param>
    public static ModelIndexPage Join(ImmutableArray<ModelListing> listed, IEnumerable<ModelStateRow> states, int limit)
    {
        var known = states.ToLookup(static row => row.ModelId, StringComparer.Ordinal);
        return new ModelIndexPage(
            [.. listed.SelectMany(model => known[model.Id].Any() ? Join(known[model.Id]) : [new ModelIndexEntry(model.Id, null, null, "")])],
            listed.Length < limit ? null : listed[^1].Id);
    }

    /// <summary>A part of the list of the models that are ready, in the order of their ids.</summary>
    public static ModelIndexPage ListReady(IEnumerable<SiloResidency> silos, string? after, int limit)
    {
        var ready = silos
            .SelectMany(static silo => silo.Pools)
            .Where(static pool => pool.Pool == ModelPool.OfStore)
            .SelectMany(static pool => pool.Models)
            .Where(model => model.State == ResidentState.Ready && string.CompareOrdinal(model.Model, after) > 0)
            .GroupBy(static model => model.Model, StringComparer.Ordinal)
            .OrderBy(static model => model.Key, StringComparer.Ordinal)
            .Take(limit + 1)
            .ToList();
        return new ModelIndexPage(
            [
                .. ready.Take(limit).SelectMany(static model => model
                    .Select(static one => one.Version)
                    .Distinct()
                    .Order()
                    .Select(version => new ModelIndexEntry(model.Key, version, ModelIndexState.Ready, ""))),
            ],
            ready.Count > limit ? ready[limit - 1].Key : null);
    }

    private static IEnumerable<ModelIndexEntry> Join(IEnumerable<ModelStateRow> rows) => rows
        .GroupBy(static row => row.Version)
        .OrderBy(static version => version.Key)
        .Select(static version => version.OrderBy(static row => row.State).ThenBy(static row => row.Age).First())
        .Select(static best => new ModelIndexEntry(best.ModelId, best.Version, best.State, best.Reason));
}
