using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>
/// All models that the cluster knows of: those of the store, and those that are resident. The store's are listed as a whole, which takes a moment with a hundred thousand of them, and kept for half a minute
/// for all pages; what is resident is as of the last look.
/// </summary>
internal sealed class KnownModels(IMultiplexClient client, TimeProvider time)
{
    private const int PartSize = 10_000;

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Task<ImmutableArray<ModelIndexEntry>> _listing = Task.FromResult<ImmutableArray<ModelIndexEntry>>([]);
    private long? _listedAt;

    /// <summary>Lists them, by their ids.</summary>
    /// <param name="silos">What is resident.</param>
    /// <param name="cancellationToken">Ends the wait, not the listing.</param>
    public async Task<ImmutableArray<KnownModel>> ListAsync(ImmutableArray<SiloResidency> silos, CancellationToken cancellationToken)
    {
        var entries = await GetListing().WaitAsync(cancellationToken);
        return ModelJoin.Join(entries, silos);
    }

    private Task<ImmutableArray<ModelIndexEntry>> GetListing()
    {
        lock (_lock)
        {
            if (_listedAt is not { } at || _listing.IsFaulted || (_listing.IsCompleted && time.GetElapsedTime(at) > Life))
            {
                _listedAt = time.GetTimestamp();
                _listing = Task.Run(ReadAsync);
            }

            return _listing;
        }
    }

    private async Task<ImmutableArray<ModelIndexEntry>> ReadAsync()
    {
        var entries = ImmutableArray.CreateBuilder<ModelIndexEntry>();
        string? after = null;
        do
        {
            var part = await client.GetIndexAsync(after, PartSize, readyOnly: false, CancellationToken.None);
            entries.AddRange(part.Entries);
            after = part.Next;
        }
        while (after is not null);

        return entries.DrainToImmutable();
    }
}
