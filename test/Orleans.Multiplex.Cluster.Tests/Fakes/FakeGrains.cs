using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A class that only some clusters have: it is faulty, or needs a store.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class OnDemandAttribute : Attribute;

[Multiplexed(MaxModelsPerSilo = 2, Pool = "Fake")]
public sealed class FakeGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IFakeGrain;

[Multiplexed(MaxModelsPerSilo = 1, Pool = "Other")]
public sealed class OtherGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IOtherGrain;

public sealed class DefaultGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IDefaultGrain;

[Multiplexed(MaxModelsPerSilo = -1)]
public sealed class UnlimitedGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IUnlimitedGrain;

[Multiplexed(MaxModelsPerSilo = 2, Source = ModelSource.Store), OnDemand]
public sealed class StoreGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IStoreGrain;

[Multiplexed(MaxModelsPerSilo = 0), OnDemand]
public sealed class ZeroGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IFaultyGrain;

[Multiplexed(MaxModelsPerSilo = -2), OnDemand]
public sealed class MinusTwoGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IFaultyGrain;

[Multiplexed(Pool = "fake"), OnDemand]
public sealed class TwinGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : ModelCalls(host, gates, silo, grains), IFaultyGrain;

[Multiplexed(MaxModelsPerSilo = 1)]
public sealed class DisposableGrain(FakeModelHost host) : MultiplexedGrain<DisposableModel>, IDisposableGrain
{
    public Task<string> CallAsync(CancellationToken cancellationToken) => Task.FromResult(Model.Name);

    protected override Task<DisposableModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        Task.FromResult(new DisposableModel(artifact.Id, host));
}

public sealed class ContextReader : Grain, IContextReader
{
    public Task<string> ReadAsync() => Task.FromResult(MultiplexContext.ModelId);

    public Task<string> ReadKeysAsync() => Task.FromResult(string.Join(",", RequestContext.Keys));
}
