using System.Collections.Immutable;
using Amazon.Runtime;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.S3.Fetching;
using Orleans.Multiplex.S3.Listing;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.S3;

/// <summary>
/// Models in a bucket, laid out as in a folder (<see cref="StoreLayout"/>). It is looked at anew for each load, so a model put there is
/// served without a restart.
/// </summary>
internal sealed class S3ModelStore : IModelStore, IDisposable
{
    private readonly S3Connection _connection;
    private readonly KeyListing _listing;
    private readonly ModelSearch _search;
    private readonly ChangeSearch _changes;
    private readonly FileFetch _fetch;

    /// <summary>Makes the store; it asks the server for nothing yet.</summary>
    /// <param name="address">Where the models lie.</param>
    /// <param name="options">How they are read.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    /// <param name="credentials">Who asks; null for those that the SDK finds.</param>
    /// <param name="pageSize">How many keys a page of a listing has; null for as many as the server gives.</param>
    public S3ModelStore(
        S3Address address, S3Options options, TimeProvider time, ILogger logger, AWSCredentials? credentials = null, int? pageSize = null)
    {
        _connection = new S3Connection(address, options, credentials, time, logger);
        _listing = new KeyListing(_connection, address, pageSize, logger);
        _search = new ModelSearch(_listing);
        _changes = new ChangeSearch(_listing, new ObjectHeads(_connection, address, options, time));
        _fetch = new FileFetch(_connection, address, options, time, logger);

        // Buckets of two servers may have one name.
        Name = options.ServiceUrl is null ? address.ToString() : $"{address} at {_connection.Server}";
    }

    public string Name { get; }

    public void Dispose() => _connection.Dispose();

    public async ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) =>
        (await _search.ReadAsync(key.ToString(), key.Id, cancellationToken)).Find(key, modelFile);

    public async ValueTask<ImmutableArray<ModelKey>> FindChangedAsync(ImmutableArray<ModelManifest> known, string? modelFile, CancellationToken cancellationToken) =>
        await _changes.FindAsync(known, modelFile, cancellationToken);

    public async ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken)
    {
        var models = ImmutableArray.CreateBuilder<ModelListing>();
        if (limit > 0)
        {
            await foreach (var model in new ModelWalk(_listing, _search, modelFile).GoAsync("", after?.Split('/'), cancellationToken))
            {
                models.Add(model);
                if (models.Count == limit)
                {
                    break;
                }
            }
        }

        return models.ToImmutable();
    }

    public async ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(target);
        await _fetch.FetchAsync(manifest, file, target, cancellationToken);
    }
}
