using System.Collections.Immutable;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>The models of the store, as this silo has them: what operators ask a silo to do with them, and its part of their index.</summary>
/// <param name="held">What the silo holds; null for one that holds no models by its role.</param>
/// <param name="evictions">Unloads; null like <paramref name="held"/>.</param>
/// <param name="pins">The pins.</param>
/// <param name="copies">The copies; null like <paramref name="held"/>.</param>
internal sealed class SiloModels(ResidencyLedger? held, EvictionService? evictions, PinnedModels pins, ModelCopies? copies = null)
{
    /// <summary>Unloads a model. Completes when its memory is free.</summary>
    /// <param name="key">The model; without a version all its versions.</param>
    /// <returns>Whether it was here.</returns>
    /// <exception cref="ModelPinnedException">It is pinned; nothing was unloaded.</exception>
    public async Task<bool> UnloadAsync(ModelKey key)
    {
        if (held is null || evictions is null)
        {
            return false;
        }

        var residents = held.Snapshot()
            .Where(resident => resident.Key.Pool == ModelPool.OfStore && resident.Key.IsOf(key))
            .ToList();
        foreach (var resident in residents)
        {
            if (pins.Of(resident) is [var pin, ..])
            {
                throw new ModelPinnedException(key.ToString(), pin, pins.GetOrigin(pin));
            }
        }

        var names = residents.SelectMany(static resident => resident.GetNames()).ToList();
        var evicting = Task.WhenAll(residents.Select(resident => evictions.EvictAsync(resident, EvictionReason.Operator)));

        // Copies elsewhere are unloaded too, so the models' grains are not to be looked for there.
        names.ForEach(name => copies?.EndLead(name));
        await evicting;
        return residents.Count > 0;
    }

    /// <summary>What is known of models, of each version that is here or was.</summary>
    public ImmutableArray<ModelStateRow> GetStates(ImmutableArray<ModelListing> models)
    {
        if (held is null)
        {
            return [];
        }

        var residents = held.Snapshot().Where(static resident => resident.Key.Pool == ModelPool.OfStore).ToLookup(static resident => resident.Key.ModelId, StringComparer.Ordinal);
        return [.. models.SelectMany(model => Residents(model).Concat(Departed(model)))];

        // A model whose files are gone from the store is here all the same.
        IEnumerable<ModelStateRow> Residents(ModelListing model) => residents[model.Id].Select(static resident =>
            new ModelStateRow(resident.Key.ModelId, resident.Key.Version, ModelIndex.StateOf(resident.State), "", TimeSpan.Zero));

        IEnumerable<ModelStateRow> Departed(ModelListing model) => model.Versions
            .Select(version => (Version: version, Departure: held.Departures.Find(new ResidentKey(ModelPool.OfStore, model.Id, version))))
            .Where(static one => one.Departure is not null)
            .Select(one => new ModelStateRow(
                model.Id, one.Version, ModelIndexState.Unavailable, one.Departure!.Value.Reason, one.Departure.Value.Age));
    }
}
