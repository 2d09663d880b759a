using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>A cluster that serves a folder of models by an engine of its own.</summary>
internal sealed class StoreCluster : IAsyncDisposable
{
    private readonly TestCluster _cluster;

    private StoreCluster(TestCluster cluster) => _cluster = cluster;

    public IMultiplexClient Sdk => _cluster.Sdk;

    public TestCluster Inner => _cluster;

    public static async Task<StoreCluster> StartAsync(
        ModelFolder folder,
        int silos = 1,
        int maxModels = -1,
        int routing = 0,
        FakeBackend? engine = null,
        Action<MultiplexOptions>? configure = null,
        Action<ISiloBuilder>? configureSilo = null,
        Action<MultiplexClientOptions>? configureClient = null)
    {
        engine ??= new FakeBackend();
        return new StoreCluster(await TestCluster.StartAsync(
            silos,
            routing,
            configure: options =>
            {
                options.Models = folder.Path;
                options.MaxModelsPerSilo = maxModels;
                configure?.Invoke(options);
            },
            configureSilo: silo =>
            {
                silo.Services.AddSingleton<IInferenceBackend>(engine);
                configureSilo?.Invoke(silo);
            },
            configureClient: configureClient));
    }

    /// <summary>The models that answer, on all silos together.</summary>
    public string[] Ready() =>
    [
        .. Enumerable.Range(0, _cluster.Silos.Count)
            .SelectMany(silo => _cluster.Residents(silo))
            .Where(static resident => resident.State == ResidentState.Ready)
            .Select(static resident => resident.Key.GetName(isOneOfSeveral: true))
            .Order(StringComparer.Ordinal),
    ];

    public Task InferAsync(string model) => Sdk.InferAsync(model, [], cancellationToken: Waiting.Token).Soon();

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();
}
