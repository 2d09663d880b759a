using BitFaster.Caching.Lru;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// The models that are ready on a silo without an activation, as the silos tell. When a silo goes, Orleans ends the activations on all others whose addresses that one kept,
/// one of so many of all models; and a model that is handed over is there before its activation. Their next request has to find the way to where they are.
/// </summary>
internal sealed class UnattachedResidents
{
    private readonly ConcurrentLru<(string Pool, string ModelId), SiloAddress> _silos = new(10_000);

    public void Note(ModelNews news)
    {
        var key = (news.Pool, news.ModelId);
        if (news.ReadyOn is { } silo)
        {
            _silos.AddOrUpdate(key, silo);
        }
        else if ((news.GoneFrom ?? news.Ended?.SiloAddress) is { } gone && _silos.TryGet(key, out var noted) && noted.Equals(gone))
        {
            _silos.TryRemove(key);
        }
    }

    /// <summary>The silo that a model is on; null when none is known. Said once: its next activation goes there.</summary>
    public SiloAddress? Take(string pool, string modelId) => _silos.TryRemove((pool, modelId), out var silo) ? silo : null;
}
