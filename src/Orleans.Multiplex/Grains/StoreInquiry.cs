using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// What the silo asks of its store for others: which models there are, and what it says of one. A store may be slow and its calls may
/// block, so they run on other threads than the exchange, for which all silos wait; a few at once; and in a bounded time.
/// </summary>
/// <param name="catalog">The store; null when none is set.</param>
/// <param name="time">The clock.</param>
#pragma warning disable CA1001 // The semaphores have no handles, so there is nothing to dispose.
internal sealed class StoreInquiry(ModelCatalog? catalog, TimeProvider time)
#pragma warning restore CA1001
{
    /// <summary>
    /// When the store is given up, waiting for a turn included. Who asks what it says of a model waits for less long; but what was found is
    /// kept for the next one.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>How many parts of the list are read at once.</summary>
    public const int MaxLists = 2;

    /// <summary>How many models are looked at at once.</summary>
    public const int MaxDescriptions = 8;

    private readonly SemaphoreSlim _lists = new(MaxLists);
    private readonly SemaphoreSlim _descriptions = new(MaxDescriptions);

    /// <summary>The next models of the store; null when there is none.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    public async Task<ModelListing[]?> ListAsync(string? after, int limit) =>
        catalog is null ? null : await AskAsync<ModelListing[]>("", _lists, async token => [.. await catalog.ListAsync(after, limit, token)]);

    /// <summary>
    /// What the store says of a model, as far as that is known here without a long fetch (<see cref="ModelDescription.IsKnown"/>); null when there is none.
    /// </summary>
    /// <exception cref="MultiplexException">The model is not there or broken, or the store does not answer or refuses.</exception>
    public async Task<ModelDescription?> DescribeAsync(ModelKey key) =>
        catalog is null ? null : await AskAsync(key.ToString(), _descriptions, token => DescribeAsync(catalog, key, token));

    /// <summary>The model under a key and the versions of it that the store has; null when there is no store. Fetches nothing.</summary>
    /// <exception cref="MultiplexException">The model is not there, or the store does not answer or refuses.</exception>
    public async Task<ModelListing?> FindAsync(ModelKey key) =>
        catalog is null ? null : await AskAsync(key.ToString(), _descriptions, token => FindAsync(catalog, key, token));

    private static async Task<ModelListing> FindAsync(ModelCatalog catalog, ModelKey key, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await catalog.FindAsync(key, cancellationToken);
            return new ModelListing(manifest.Id, manifest.Versions);
        }
        catch (Exception error) when (IsForeign(error))
        {
            throw new StoreUnavailableException(key.ToString(), Describe(error), TimeSpan.FromSeconds(1));
        }
    }

    private static async Task<ModelDescription> DescribeAsync(ModelCatalog catalog, ModelKey key, CancellationToken cancellationToken)
    {
        try
        {
            var manifest = await catalog.FindAsync(key, cancellationToken);
            var facts = await catalog.FindFactsAsync(manifest, cancellationToken);
            return new ModelDescription
            {
                Model = manifest.Id,
                Version = manifest.Version,
                Versions = manifest.Versions,
                Signature = facts?.Signature ?? ModelDescription.UnknownSignature,
                Bytes = facts?.EstimatedBytes ?? ModelCatalog.CountBytes(manifest),
            };
        }
        catch (Exception error) when (IsForeign(error))
        {
            throw new ModelLoadFailedException(key.ToString(), Describe(error));
        }
    }

    private static bool IsForeign(Exception error) => error is not (MultiplexException or OperationCanceledException);

    private static string Describe(Exception error) => $"{error.GetType().Name}: {error.Message}";

    private async Task<T> AskAsync<T>(string model, SemaphoreSlim turns, Func<CancellationToken, Task<T>> ask)
    {
        using var over = new CancellationTokenSource(Patience, time);
        var token = over.Token;
        try
        {
            await turns.WaitAsync(token);
            var asking = Task.Run(AskInTurnAsync, CancellationToken.None);

            // Nobody may be waiting any more when it fails.
            _ = asking.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
            return await asking.WaitAsync(token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            throw new StoreUnavailableException(model, $"it did not answer within {Patience.TotalSeconds:0} s.", TimeSpan.FromSeconds(1));
        }

        // A store that is deaf to the end keeps the turn, and with it the thread that it blocks: there are no more such than turns.
        async Task<T> AskInTurnAsync()
        {
            try
            {
                return await ask(token);
            }
            finally
            {
                turns.Release();
            }
        }
    }
}
