using System.Collections.Immutable;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests;

/// <summary>A store whose fetching a test controls.</summary>
internal sealed class FakeStore : IModelStore
{
    /// <summary>Is passed before the bytes of a file come.</summary>
    public Func<ModelManifest, CancellationToken, Task> Fetch { get; set; } = (_, _) => Task.CompletedTask;

    public Func<CancellationToken, ValueTask<ModelManifest?>> Find { get; set; } = _ => new(Manifest("m"));

    public Func<CancellationToken, ValueTask<ImmutableArray<ModelListing>>> List { get; set; } = _ => new([]);

    public Func<ImmutableArray<ModelManifest>, ValueTask<ImmutableArray<ModelKey>>> FindChanged { get; set; } = known => new([.. known.Select(static one => one.Key)]);

    public static ModelManifest Manifest(string id, long version = 1) => new(id, version, [version], [new ModelFile("model.onnx", 1, "tag")], "tag");

    public string Name => "fake";

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) =>
        Find(cancellationToken);

    public ValueTask<ImmutableArray<ModelKey>> FindChangedAsync(ImmutableArray<ModelManifest> known, string? modelFile, CancellationToken cancellationToken) =>
        FindChanged(known);

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
        List(cancellationToken);

    public async ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken)
    {
        await Fetch(manifest, cancellationToken);
        await target.WriteAsync(0, new byte[file.Length], cancellationToken);
    }
}
