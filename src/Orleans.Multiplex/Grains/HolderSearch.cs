using Orleans.Multiplex.Placement;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Asks the silos whether they hold a model, where one has just left or died. It kept addresses, and Orleans ends the activations on the others that were among
/// them: where their models are those tell (<see cref="Residency.UnattachedResidents"/>), but a request may come before the news does, and must not load the model a second time.
/// </summary>
internal sealed class HolderSearch(ResidencyChannel channel, SiloLosses losses, TimeProvider time) : IHolderSearch
{
    /// <summary>The longest to wait for an answer. A silo that gives none is one more that fails, and the model is loaded elsewhere.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc/>
    public async Task<SiloAddress?> FindAsync(string pool, ModelKey key)
    {
        if (!losses.AreRecent())
        {
            return null;
        }

        await foreach (var answer in Task.WhenEach(channel.ActiveSilos.Select(silo => AskAsync(silo, pool, key))))
        {
            if (await answer is { } holder)
            {
                return holder;
            }
        }

        return null;
    }

    private async Task<SiloAddress?> AskAsync(SiloAddress silo, string pool, ModelKey key)
    {
        try
        {
            return await channel.Of(silo).HoldsAsync(pool, key).WaitAsync(Patience, time) ? silo : null;
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
            return null;
        }
    }
}
