using System.Collections.Immutable;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests;

/// <summary>A store whose fetching a test controls.</summary>
internal sealed class FakeStore : IModelStore
{
    public Func<ModelManifest, CancellationToken, ValueTask<ModelArtifact>> Fetch { get; set; } = (manifest, _) => new(Artifact(manifest));

    public Func<CancellationToken, ValueTask<ModelManifest?>> Find { get; set; } = _ => new(Manifest("m"));

    public Func<CancellationToken, ValueTask<ImmutableArray<ModelListing>>> List { get; set; } = _ => new([]);

    public static ModelManifest Manifest(string id, long version = 1) => new(id, version, [version], [new ModelFile("model.onnx", 1)], "tag");

    public static ModelArtifact Artifact(ModelManifest manifest) => new(manifest.Id, manifest.Version, ImmutableDictionary<string, string>.Empty);

    public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) =>
        Find(cancellationToken);

    public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
        List(cancellationToken);

    public ValueTask<ModelArtifact> FetchAsync(ModelManifest manifest, CancellationToken cancellationToken) => Fetch(manifest, cancellationToken);
}
