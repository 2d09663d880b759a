using System.Collections.Immutable;

namespace Orleans.Multiplex.Dashboard.Watching;

/// <summary>
/// All models that the cluster knows of: those of the store, and those that are resident. The store's are listed as a whole, which takes a moment with a hundred thousand of them, and kept for half a minute
/// for all pages; what is resident is as of the last look.
/// </summary>
internal sealed class KnownModels(IMultiplexClient client, TimeProvider time)
{
    private const int PartSize = 10_000;

    private const int LifeFactor = 10;

    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private Task<Listing>? _listing;
    private Listing? _last;
    private (Listing Listing, ImmutableArray<SiloResidency> Silos, Task<ImmutableArray<KnownModel>> Models)? _joined;

    /// <summary>Lists them, by their ids.</summary>
    /// <param name="silos">What is resident.</param>
    /// <param name="cancellationToken">Ends the wait, not the listing.</param>
    public async Task<ImmutableArray<KnownModel>> ListAsync(ImmutableArray<SiloResidency> silos, CancellationToken cancellationToken)
    {
        var listing = await GetListing().WaitAsync(cancellationToken);
        return await GetJoined(listing, silos).WaitAsync(cancellationToken);
    }

    // One for all pages that show the same look.
    private Task<ImmutableArray<KnownModel>> GetJoined(Listing listing, ImmutableArray<SiloResidency> silos)
    {
        lock (_lock)
        {
            if (_joined is not { } joined || !ReferenceEquals(joined.Listing, listing) || joined.Silos != silos)
            {
                _joined = joined = (listing, silos, Task.Run(() => ModelJoin.Join(listing.Entries, silos)));
            }

            return joined.Models;
        }
    }

    // A listing that takes long is kept long, so that no more than a part of the time is spent on it.
    private Task<Listing> GetListing()
    {
        lock (_lock)
        {
            if (_listing is null or { IsFaulted: true } or { IsCanceled: true } || (_listing.IsCompleted && _last is { } last && time.GetElapsedTime(last.EndedAt) > last.Life))
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _listing = Task.Run(ReadAsync);
                }
            }

            return _listing;
        }
    }

    private async Task<Listing> ReadAsync()
    {
        var startedAt = time.GetTimestamp();
        var entries = ImmutableArray.CreateBuilder<ModelIndexEntry>();
        string? after = null;
        do
        {
            var part = await client.GetIndexAsync(after, PartSize, readyOnly: false, CancellationToken.None);
            entries.AddRange(part.Entries);
            after = part.Next;
        }
        while (after is not null);

        var life = time.GetElapsedTime(startedAt) * LifeFactor;
        var listing = new Listing(entries.DrainToImmutable(), time.GetTimestamp(), life > LeastLife ? life : LeastLife);
        lock (_lock)
        {
            return _last = listing;
        }
    }

    private sealed record Listing(ImmutableArray<ModelIndexEntry> Entries, long EndedAt, TimeSpan Life);
}
