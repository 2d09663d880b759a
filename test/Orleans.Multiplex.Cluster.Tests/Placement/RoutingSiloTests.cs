using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class RoutingSiloTests
{
    [Fact]
    public async Task RoutingSilo_GetsNoModelAndItsCallersGetAnswers()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, routing: 1);
        var router = cluster.Get<ILocalSiloDetails>(2).Name;

        for (var round = 0; round < 3; round++)
        {
            foreach (var id in Enumerable.Range(0, 8).Select(i => $"m{i}"))
            {
                Assert.NotEqual(router, await cluster.GrainFrom<IFakeGrain>(2, id).WhereAsync(Waiting.Token).Soon());
            }
        }

        Assert.Empty(cluster.Models(2).Events.All);
        var silos = await cluster.Get<IGrainFactory>(2).GetGrain<IClusterResidencyGrain>(0).GetSilosAsync(Waiting.Token).Soon();
        Assert.Equal(["Silo_0", "Silo_1"], silos.Select(silo => silo.Silo));
    }

    [Fact]
    public async Task RoutingSilo_LearnsWhatModelsTakeFromTheSilosThatLoadThem()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, routing: 1, configure: options => options.MaxBytesPerSilo = new ByteSize(1000));
        foreach (var silo in new[] { 0, 1 })
        {
            cluster.Models(silo).Bytes = id => 100 + id.Length;
        }

        foreach (var id in new[] { "m", "mm", "mmm" })
        {
            await cluster.CallAsync(id).Soon();
        }

        await Waiting.UntilAsync(() => new[] { "m", "mm", "mmm" }.All(id => cluster.Get<KnownFootprints>(2).Find("Fake", id) == 100 + id.Length));
    }

    [Fact]
    public async Task DoubleActivation_OfAModel_IsHarmless()
    {
        // Somebody else deactivates the grain: its model stays behind, and the next call may go to another silo.
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("m", await cluster.CallAsync("m").Soon());
            await cluster.Inner.DeactivateAsync(cluster.Grain("m")).Soon();
        }

        Assert.InRange(cluster.CountEvents("load m"), 1, 2);
        foreach (var id in Enumerable.Range(0, 40).Select(i => $"other{i}"))
        {
            Assert.Equal(id, await cluster.CallAsync(id).Soon());
        }

        // What was left behind was prey like any other.
        Assert.Equal(cluster.CountEvents("load m"), cluster.CountEvents("unload m"));
        Assert.All([0, 1], silo => Assert.InRange(cluster.Models(silo).MaxLive, 1, 2));
    }
}
