using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Ray Serve's own cases for what a replica tells the routers: here, silos each other.</summary>
public sealed class NewsTests
{
    [Fact]
    public async Task T2_Change_IsToldOnceAndThenOnlyAtTheHeartbeat()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await StartAsync(time);
        var told = Rows(cluster).Count;

        await cluster.CallAsync("1").Soon();
        time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal((told + 1, 1), (Rows(cluster).Count, Charged(cluster)));

        time.Advance(TimeSpan.FromMilliseconds(949));
        Assert.Equal(told + 1, Rows(cluster).Count);
        time.Advance(TimeSpan.FromMilliseconds(51));
        Assert.Equal(told + 2, Rows(cluster).Count);
    }

    [Fact]
    public async Task T4_LruOnAQuotaOfTwo_TellsLoadsAndNotUses()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await StartAsync(time);

        foreach (var (id, resident, isTold) in new (string, string[], bool)[]
        {
            ("1", ["1"], true), ("2", ["1", "2"], true), ("3", ["2", "3"], true), ("2", ["3", "2"], false), ("4", ["2", "4"], true),
        })
        {
            var told = Rows(cluster).Count;
            await cluster.CallAsync(id).Soon();
            Assert.Equal(resident, cluster.Resident());
            time.Advance(TimeSpan.FromMilliseconds(50));
            Assert.Equal(isTold, Rows(cluster).Count > told);
        }
    }

    [Fact]
    public async Task T11_ThreeModelsOnAQuotaOfTwo_AreReportedAsTheyComeAndGo()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, routing: 1);
        foreach (var (id, resident) in new (string, string[])[] { ("m1", ["m1"]), ("m2", ["m2", "m1"]), ("m3", ["m3", "m2"]) })
        {
            await cluster.CallAsync(id).Soon();

            var silo = Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token));
            Assert.Equal(resident, silo.Pools.Single(pool => pool.Pool == "Fake").Models.Select(model => model.Model));
        }
    }

    [Fact]
    public async Task P10_SiloThatTellsAgain_IsSeenAsItIsNow()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, routing: 1);
        var view = cluster.Get<ClusterResidencyView>(1);
        var holder = cluster.Get<ILocalSiloDetails>(0).SiloAddress;

        for (var models = 1; models <= 2; models++)
        {
            await cluster.CallAsync($"m{models}").Soon();
            await Waiting.UntilAsync(() => view.Find(holder)?.Row.Pools.Single(pool => pool.Pool == "Fake").ChargedModels == models);
        }
    }

    private static Task<TestCluster> StartAsync(FakeTimeProvider time) => TestCluster.StartAsync(
        time: time,
        configureSilo: silo => silo.Services.AddSingleton<IResidencyChannel>(provider => new RecordedChannel(provider.GetRequiredService<ResidencyChannel>())));

    private static IReadOnlyCollection<SiloRow> Rows(TestCluster cluster) => ((RecordedChannel)cluster.Get<IResidencyChannel>()).Rows;

    private static int Charged(TestCluster cluster) => Rows(cluster).Last().Pools.Single(pool => pool.Pool == "Fake").ChargedModels;
}
