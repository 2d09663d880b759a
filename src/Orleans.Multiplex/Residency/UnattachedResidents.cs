using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// The models that are ready on a silo without an activation, as the silos tell. When a silo goes, Orleans ends the activations on all others whose addresses that one kept,
/// one of so many of all models; their next request has to find the way back to where they are.
/// </summary>
internal sealed class UnattachedResidents
{
    private readonly ConcurrentLru<(string Pool, string ModelId), SiloAddress> _silos = new(10_000);

    /// <summary>An activation has ended, and its model stays or not.</summary>
    public void Note(EndedActivation ended)
    {
        if (ended is { HeldPool: { } pool, Address.SiloAddress: { } silo } && ModelKey.TryParse(ended.Address.GrainId.Key.ToString() ?? "", out var key, out _))
        {
            _silos.AddOrUpdate((pool, key.Id), silo);
        }
    }

    /// <summary>
    /// The silo that a model is on; null when none is known. Said once: from then on the model has an activation, or it was not there any more.
    /// </summary>
    public SiloAddress? Take(string pool, string modelId) => _silos.TryRemove((pool, modelId), out var silo) ? silo : null;
}
