using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>A store whose calls block the thread that they come on.</summary>
public sealed class SlowStoreTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reads_WhileTheStoreBlocks_AnswerWhatTheSiloKnowsByItself(bool isList)
    {
        _folder.Add("m");
        var gates = new FakeGates();
        await using var cluster = await StoreCluster.StartAsync(
            _folder, configureSilo: silo => silo.Services.AddSingleton<IModelStore>(new BlockingStore(_folder.Path, gates)));
        Task slow = isList ? cluster.Sdk.GetIndexAsync(cancellationToken: Waiting.Token) : cluster.Sdk.DescribeAsync("m", Waiting.Token);
        try
        {
            await gates.WaitForArrivalAsync("store");

            Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token).Soon());
        }
        finally
        {
            gates.OpenAll();
        }

        await slow.Soon();
    }

    private sealed class BlockingStore(string folder, FakeGates gates) : IModelStore
    {
        private readonly CountingStore _inner = new(folder);

        public string Name => _inner.Name;

        public ValueTask<ModelManifest?> FindAsync(ModelKey key, string? modelFile, CancellationToken cancellationToken)
        {
            gates.ArriveAndBlock("store");
            return _inner.FindAsync(key, modelFile, cancellationToken);
        }

        public ValueTask<ImmutableArray<ModelListing>> ListAsync(string? after, int limit, string? modelFile, CancellationToken cancellationToken)
        {
            gates.ArriveAndBlock("store");
            return _inner.ListAsync(after, limit, modelFile, cancellationToken);
        }

        public ValueTask FetchAsync(ModelManifest manifest, ModelFile file, IFetchTarget target, CancellationToken cancellationToken) =>
            _inner.FetchAsync(manifest, file, target, cancellationToken);
    }
}
