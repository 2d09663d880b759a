using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A folder store that counts what is asked of it, and that a test can hold or make fail.</summary>
public sealed class CountingStore(string folder) : IModelStore
{
    private readonly FolderModelStore _inner = new(folder, new FolderNames(TimeProvider.System), NullLogger.Instance);

    public string Name => _inner.Name;

    /// <summary>The files that were fetched, each as its model.</summary>
    public ConcurrentQueue<string> Fetches { get; } = new();

    /// <summary>The ranges of bytes that were fetched, of all files.</summary>
    public ConcurrentQueue<(long Offset, int Length)> Ranges { get; } = new();

    public Task Finding { get; set; } = Task.CompletedTask;

    public Func<Exception?> FailFind { get; set; } = () => null;

    public async ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken)
    {
        await Finding;
        return FailFind() is { } error ? throw error : await _inner.FindAsync(key, modelFile, cancellationToken);
    }

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
        _inner.ListAsync(after, limit, modelFile, cancellationToken);

    public ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        Fetches.Enqueue(manifest.Key.ToString());
        return _inner.FetchAsync(manifest, file, new CountedTarget(target, Ranges), cancellationToken);
    }

    private sealed class CountedTarget(IFetchTarget inner, ConcurrentQueue<(long Offset, int Length)> ranges) : IFetchTarget
    {
        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            ranges.Enqueue((offset, bytes.Length));
            return inner.WriteAsync(offset, bytes, cancellationToken);
        }
    }
}
