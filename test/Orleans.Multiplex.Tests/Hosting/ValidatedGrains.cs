using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests.Hosting;

public abstract class TestGrain : MultiplexedGrain<object>
{
    protected override Task<object> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        Task.FromResult(new object());
}

public sealed class PlainGrain : TestGrain;

[Multiplexed(MaxModelsPerSilo = -1, Pool = "Unlimited")]
public sealed class UnlimitedGrain : TestGrain;

[Multiplexed(MaxModelsPerSilo = 0)]
public sealed class ZeroGrain : TestGrain;

[Multiplexed(Pool = "plainGRAIN")]
public sealed class NamesakeGrain : TestGrain;

[Multiplexed(Source = ModelSource.Store)]
public sealed class StoreGrain : TestGrain;
