using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class StopTests
{
    [Fact]
    public async Task Stop_WhileAModelLoads_EndsTheLoadAndTellsItsCallersWithATypedError()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        var (holder, other) = await PlaceBlockedAsync(cluster, "1");
        var call = cluster.GrainFrom<IFakeGrain>(other, "1").CallAsync(Waiting.Token);
        var models = cluster.Models(holder);
        await Waiting.UntilAsync(() => cluster.Residents(holder)[0].Gate.Users == 2);

        await cluster.Inner.StopSiloAsync(cluster.Silos[holder], Waiting.Token).Soon();

        await Assert.ThrowsAsync<ModelUnloadedException>(() => call.Soon());
        Assert.Equal((0, 0), (models.Live, models.Events.All.Count(one => one.StartsWith("unload", StringComparison.Ordinal))));
        Assert.Equal(1, cluster.Log.Count("Information: Stopped loading model '1'."));
    }

    [Fact]
    public async Task Stop_WhileAModelLoads_LetsTheSdkLoadItElsewhere()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        var (holder, other) = await PlaceBlockedAsync(cluster, "1");
        var call = cluster.Sdk.CallAsync<IFakeGrain, string>("1", (grain, token) => grain.WhereAsync(token), cancellationToken: Waiting.Token);
        await Waiting.UntilAsync(() => cluster.Residents(holder)[0].Gate.Users == 2);
        var survivor = cluster.Get<ILocalSiloDetails>(other).Name;

        await cluster.Inner.StopSiloAsync(cluster.Silos[holder], Waiting.Token).Soon();

        Assert.Equal(survivor, await call.Soon());
    }

    [Fact]
    public async Task Stop_WhileALoaderBlocksItsThread_IsNotHeldUp()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        var gates = cluster.Gates;
        for (var i = 0; i < 2; i++)
        {
            cluster.Models(i).OnLoading = _ => gates.ArriveAndBlock("loader");
        }

        var call = cluster.CallAsync("1");
        await gates.WaitForArrivalAsync("loader");
        var holder = cluster.Models(0).Live == 1 ? 0 : 1;

        await cluster.Inner.StopSiloAsync(cluster.Silos[holder], Waiting.Token).Soon();

        gates.Open("loader");
        await Assert.ThrowsAsync<ModelUnloadedException>(() => call.Soon());
    }

    [Fact]
    public async Task Stop_WhileAModelIsInUse_WaitsForTheCallAndThenUnloads()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        var call = cluster.Grain("1").WaitAsync("use", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("use");
        var holder = cluster.Models(0).Live == 1 ? 0 : 1;
        var models = cluster.Models(holder);

        var stop = cluster.Inner.StopSiloAsync(cluster.Silos[holder], Waiting.Token);
        await Waiting.UntilAsync(() => cluster.Get<Residency.ResidencyPublisher>(holder).IsDraining);
        Assert.Equal(["load 1"], models.Events.All);
        cluster.Gates.Open("use");

        await stop.Soon();
        Assert.Equal("1", await call.Soon());
        Assert.Equal(["load 1", "unload 1"], models.Events.All);
    }

    private static async Task<(int Holder, int Other)> PlaceBlockedAsync(TestCluster cluster, string id)
    {
        // Blocked on the silo where it lands, free on the other one.
        var landed = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var block = true;
        for (var i = 0; i < 2; i++)
        {
            var silo = i;
            cluster.Models(i).OnLoading = _ =>
            {
                if (block)
                {
                    block = false;
                    cluster.Models(silo).Block(id);
                    landed.SetResult(silo);
                }
            };
        }

        _ = IgnoreAsync(cluster.CallAsync(id));
        var holder = await landed.Task.Soon();
        return (holder, 1 - holder);
    }

    private static async Task IgnoreAsync(Task<string> call)
    {
        try
        {
            await call;
        }
        catch (ModelUnloadedException)
        {
        }
    }
}
