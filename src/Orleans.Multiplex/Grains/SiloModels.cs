using System.Collections.Immutable;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>The models of this silo: which it holds, what operators ask it to do with those of the store, and its part of their index.</summary>
/// <param name="held">What the silo holds; null for one that holds no models by its role.</param>
/// <param name="evictions">Unloads; null like <paramref name="held"/>.</param>
/// <param name="pins">The pins.</param>
/// <param name="publisher">Whether it leaves; null like <paramref name="held"/>.</param>
/// <param name="local">The silo.</param>
/// <param name="copies">The copies; null like <paramref name="held"/>.</param>
internal sealed class SiloModels(ResidencyLedger? held, EvictionService? evictions, PinnedModels pins, ResidencyPublisher? publisher, ILocalSiloDetails local, ModelCopies? copies = null)
{
    private static readonly TimeSpan LongUse = TimeSpan.FromSeconds(1);

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

    /// <summary>The version of a model that is here or being loaded, and is to stay; null when there is none.</summary>
    /// <remarks>One that has been in use for a while without a further request is not said to be here: its activation may be ending, and whoever comes to it waits for what takes so long.</remarks>
    public long? FindHeld(string pool, ModelKey key) =>
        publisher is { IsDraining: false } && held?.Find(pool, key) is { } resident && !IsInLongUse(resident) && !IsMoving(resident) ? resident.Key.Version : null;

    /// <summary>The models that are ready here without an activation, and are to stay.</summary>
    public ImmutableArray<ModelNews> GetUnattached() => publisher is { IsDraining: false } && held is not null
        ?
        [
            .. held.Snapshot()
                .Where(static resident => resident is { State: ResidentState.Ready, Holders.IsEmpty: true, Gate.IsClosed: false })
                .Select(resident => new ModelNews(null, resident.Key.Pool, resident.Key.ModelId, local.SiloAddress)),
        ]
        : [];

    private static bool IsInLongUse(Resident resident) => resident.State == ResidentState.Ready && resident.Gate.Users > 0 && resident.Age > LongUse;

    private static bool IsMoving(Resident resident) => resident.Holders.OfType<ModelAttachment>().Any(static one => one.End.IsMoving);

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
