using System.Collections.Immutable;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Multiplex.Tests.Storage.Cache;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading.Quarantine;

/// <summary>A model one of whose versions is quarantined.</summary>
public sealed class QuarantinedVersionTests : CacheTest
{
    [Theory]
    [InlineData("m", new long[] { 3 }, 2)]
    [InlineData("m", new long[] { 3, 2 }, 1)]
    [InlineData("m", new long[] { 2 }, 3)]
    [InlineData("m", new long[] { 1, 2, 3 }, 0)]
    [InlineData("m@3", new long[] { 3 }, 0)]
    public async Task Find_WhoNamesNoVersion_GetsTheHighestThatMayBeOpened(string model, long[] quarantined, long expected)
    {
        var store = new ThreeVersions();
        var quarantine = new QuarantinedModels();
        var entries = quarantined.Select(version => Entries.Make($"{version}", VersionKey.Of(store.Name, ThreeVersions.Get(version))));
        quarantine.Take(QuarantineTable.Empty.With([.. entries]));
        using var marks = new OpeningMarks(Folder, "silo-1", Time, Log);
        var kept = new KeptQuarantine(quarantine, new QuarantineFolder(Folder, Log), new QuarantineWriter(static _ => true), Log);
        var guard = new OpeningGuard(
            quarantine, kept, marks, new LeftMarks(Folder, marks.Path, Log), Folder, new FakeQuarantineChannel(quarantine), store.Name, areTried: false, forms: null, Time, Log);
        var backend = new NoBackend();
        var opener = new BackendOpener(new ModelCatalog(store, Open(store: store), backend), backend, guard);

        if (expected == 0)
        {
            await Assert.ThrowsAsync<ModelQuarantinedException>(async () => await opener.FindAsync(ModelKey.Parse(model), Token));
            return;
        }

        Assert.Equal(expected, (await opener.FindAsync(ModelKey.Parse(model), Token))!.Version);
    }

    private sealed class ThreeVersions : IModelStore
    {
        public string Name => "memory://three";

        public static ModelManifest Get(long version) => FakeStore.Manifest("m", version) with { Versions = [1, 2, 3] };

        public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken) => new(Get(key.Version ?? 3));

        public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }

    private sealed class NoBackend : IInferenceBackend
    {
        public string ModelFileName => "model.onnx";

        public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
