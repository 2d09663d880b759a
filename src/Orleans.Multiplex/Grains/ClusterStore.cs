using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Asks the store, through the silos. Every silo has the same one; a silo that has none, does not answer or cannot reach it is passed over.
/// </summary>
internal sealed class ClusterStore(ResidencyChannel channel, TimeProvider time)
{
    /// <summary>The longest to ask for what a store has or says of a model, over all silos that are asked for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The same for a part of the list of a store, which may be slow.</summary>
    private static readonly TimeSpan ListPatience = TimeSpan.FromSeconds(20);

    /// <summary>The next models.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    public Task<ModelListing[]> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        AskOneAsync("", [.. channel.ActiveSilos], exchange => exchange.ListModelsAsync(after, limit), ListPatience, cancellationToken);

    /// <summary>The model and the versions of it that the store has. Fetches nothing.</summary>
    /// <exception cref="MultiplexException">It has none under this key, does not answer or refuses.</exception>
    public Task<ModelListing> FindAsync(ModelKey key, CancellationToken cancellationToken) =>
        AskOneAsync(key.ToString(), InOrder(key), exchange => exchange.FindAsync(key), Patience, cancellationToken);

    /// <summary>
    /// What a model is, as the first silo tells that knows its inputs and outputs; where none does, without them (<see cref="ModelDescription.IsKnown"/>).
    /// </summary>
    /// <exception cref="MultiplexException">The model is not there or broken, or the store does not answer or refuses.</exception>
    public async Task<ModelDescription> DescribeAsync(ModelKey key, CancellationToken cancellationToken)
    {
        ModelDescription? unread = null;
        try
        {
            return await AskOneAsync(key.ToString(), InOrder(key), AskAsync, Patience, cancellationToken);
        }
        catch (StoreUnavailableException) when (unread is not null)
        {
            return unread;
        }

        async Task<ModelDescription?> AskAsync(IResidencyExchange exchange)
        {
            var description = await exchange.DescribeAsync(key);
            if (description is { IsKnown: false })
            {
                unread = description;
                return null;
            }

            return description;
        }
    }

    // The silo that is first in the model's order most likely has its file.
    private SiloAddress[] InOrder(ModelKey key) =>
        [.. channel.ActiveSilos.OrderByDescending(silo => Rendezvous.GetWeight(key.Id, silo.ToParsableString()))];

    private async Task<T> AskOneAsync<T>(
        string model, SiloAddress[] silos, Func<IResidencyExchange, Task<T?>> ask, TimeSpan patience, CancellationToken cancellationToken)
        where T : class =>
        await new InTurn(patience, time).AskAsync(model, silos, silo => ask(channel.Of(silo)), cancellationToken)
            ?? throw new StoreUnavailableException(model, "no silo of the cluster has a store (Multiplex:Models).", TimeSpan.FromSeconds(5));
}
