using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Asks the silos whether they hold a model, where the cluster has just changed. Orleans keeps addresses on all silos, and those that were on one that goes are lost, with the activations
/// that were among them: where their models are is told (<see cref="UnattachedResidents"/>), but a request may come before the news does, and must not load the model a second time.
/// To one that comes addresses are handed over, and may be asked for before that.
/// </summary>
/// <param name="channel">The way to the others.</param>
/// <param name="changes">Whether the cluster has just changed.</param>
/// <param name="local">This silo.</param>
/// <param name="time">The clock.</param>
/// <param name="held">What this silo holds; null when it holds no models by its role.</param>
internal sealed class HolderSearch(ResidencyChannel channel, RecentChanges changes, ILocalSiloDetails local, TimeProvider time, ResidencyLedger? held = null) : IHolderSearch
{
    /// <summary>The longest to wait for an answer. A silo that gives none is one more that fails, and the model is loaded elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    /// <remarks>Of this silo only what it is loading counts: where a model is ready it has noted that at once when its activation ended, and one that it has passed on must not come back.</remarks>
    public async Task<SiloAddress?> FindAsync(string pool, ModelKey key, IReadOnlyCollection<SiloAddress> silos)
    {
        if (!changes.AreThere())
        {
            return null;
        }

        if (held?.Find(pool, key) is { } resident && resident.State.IsLoading())
        {
            return local.SiloAddress;
        }

        var isNewestWanted = key.Version is null && pool == ModelPool.OfStore;
        (SiloAddress Silo, long Version)? best = null;
        await foreach (var answer in Task.WhenEach(silos.Where(silo => !silo.Equals(local.SiloAddress)).Select(silo => AskAsync(silo, pool, key))))
        {
            var (silo, version) = await answer;
            if (version > (best?.Version ?? -1))
            {
                best = (silo, version.Value);
                if (!isNewestWanted)
                {
                    break;
                }
            }
        }

        return best?.Silo;
    }

    private async Task<(SiloAddress Silo, long? Version)> AskAsync(SiloAddress silo, string pool, ModelKey key)
    {
        try
        {
            return (silo, await channel.Of(silo).FindHeldAsync(pool, key).WaitAsync(Patience, time));
        }
#pragma warning disable CA1031 // Whatever keeps a silo from answering, the model can be placed without it.
        catch (Exception)
#pragma warning restore CA1031
        {
            return (silo, null);
        }
    }
}
