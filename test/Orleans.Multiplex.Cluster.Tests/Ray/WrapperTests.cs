using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Ray Serve's own cases for one replica, in our terms: its replica is a silo, its router the directors.</summary>
public sealed class WrapperTests
{
    private static readonly Action<MultiplexOptions> QuotaOfOne = options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 };

    [Fact]
    public async Task T1_ModelUsedOutsideACall_IsRefused()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        await cluster.Grain("1").UseInTimerAsync(Waiting.Token);

        time.Advance(TimeSpan.FromSeconds(1));

        await cluster.Models().Events.WaitForAsync("timer: InvalidOperationException");
    }

    [Fact]
    public async Task T3_ResidentAndLoadingModels_AreAllReported()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Grain<IUnlimitedGrain>("1").CallAsync(Waiting.Token);
        await cluster.Grain<IUnlimitedGrain>("2").CallAsync(Waiting.Token);
        var gate = cluster.Models().Block("3");
        var loading = cluster.Grain<IUnlimitedGrain>("3").CallAsync(Waiting.Token);
        await cluster.Models().Events.WaitForAsync("load 3");

        Assert.Equal(
            [("1", ResidentState.Ready), ("2", ResidentState.Ready), ("3", ResidentState.Opening)],
            (await ReportAsync(cluster, nameof(UnlimitedGrain))).Select(model => (model.Model, model.State)).Order());

        gate.SetResult();
        await loading.Soon();
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("../1")]
    [InlineData("1/2")]
    [InlineData("1@latest")]
    public async Task T5_WrongId_IsATypedErrorForEveryCaller(string id)
    {
        await using var cluster = await TestCluster.StartAsync();

        await Assert.ThrowsAsync<InvalidModelIdException>(() => cluster.CallAsync(id).Soon());
        await Assert.ThrowsAsync<InvalidModelIdException>(() => cluster.GrainFrom<IFakeGrain>(0, id).CallAsync(Waiting.Token).Soon());
        await Assert.ThrowsAsync<InvalidModelIdException>(
            () => cluster.Sdk.CallAsync<IFakeGrain, string>(id, (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token));
    }

    [Fact]
    public async Task T5_NoId_IsATypedErrorOfTheSdk()
    {
        await using var cluster = await TestCluster.StartAsync();

        await Assert.ThrowsAsync<InvalidModelIdException>(
            () => cluster.Sdk.CallAsync<IFakeGrain, string>("", (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token));
        await Assert.ThrowsAsync<InvalidModelIdException>(
            () => cluster.Sdk.CallAsync<IFakeGrain, string>(null!, (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token));
    }

    [Fact]
    public async Task T6_ReleaseThatThrows_HurtsNoNewLoadAndIsLogged()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        cluster.Models().FailDispose = id => id == "1" ? new InvalidOperationException("1 is dead") : null;
        await cluster.CallAsync("1");

        Assert.Equal("2", await cluster.CallAsync("2").Soon());

        Assert.Equal(["2"], cluster.Resident());
        Assert.Contains(cluster.Log.All, message => message.StartsWith("Error: Model '1' failed while", StringComparison.Ordinal)
            && message.EndsWith("1 is dead", StringComparison.Ordinal));
    }

    [Fact]
    public async Task T7_Eviction_IsVisibleBeforeTheNewModelIsIn()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        await cluster.CallAsync("1");
        var gate = cluster.Models().Block("2");
        var loading = cluster.CallAsync("2");
        await cluster.Models().Events.WaitForAsync("load 2");

        Assert.Equal(["load 1", "unload 1", "load 2"], cluster.Models().Events.All);
        Assert.Equal([("2", ResidentState.Opening)], (await ReportAsync(cluster)).Select(model => (model.Model, model.State)));
        Assert.Equal(1, cluster.Log.Count("Information: Unloading model '1'. Reason: Quota."));

        gate.SetResult();
        Assert.Equal("2", await loading.Soon());
    }

    [Fact]
    public async Task T8_ThreeLoadsAtOnceOnAQuotaOfOne_AllFinishAndOneStays()
    {
        await using var cluster = await TestCluster.StartAsync(configure: QuotaOfOne);
        string[] ids = ["1", "2", "3"];
        var gates = ids.Select(cluster.Models().Block).ToList();
        var calls = ids.Select(cluster.CallAsync).ToList();
        await Waiting.UntilAsync(() => cluster.Residents().Count == 3);
        Assert.Empty(cluster.Resident());

        gates.ForEach(gate => gate.SetResult());

        Assert.Equal(ids, await Task.WhenAll(calls).Soon());
        Assert.Single(cluster.Resident());
        Assert.Equal((1, 1), (cluster.Models().MaxLive, cluster.Charged()));
    }

    [Fact]
    public async Task T10_ModelId_IsEmptyWithoutARequestAndTheRequestsWithOne()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal("", MultiplexContext.ModelId);
        Assert.StartsWith("1>", await cluster.Grain("1").ReadContextAsync(null, flow: false, Waiting.Token).Soon(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task T13_OneTwoOneThreeOnAQuotaOfTwo_LeavesOneAndThree()
    {
        await using var cluster = await TestCluster.StartAsync();

        foreach (var id in new[] { "1", "2", "1", "3" })
        {
            await cluster.CallAsync(id).Soon();
        }

        Assert.Equal(["1", "3"], cluster.Resident());
    }

    [Fact]
    public async Task T15_NestedCallOfAnotherModel_SeesItsOwnIdAndLeavesTheCallersAlone()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal("foo>bar>>bar>foo", await cluster.Grain("foo").ReadContextAsync("bar", flow: false, Waiting.Token).Soon());
    }

    [Fact]
    public async Task T16_StopOfASilo_ReleasesItsModelsAndNothingWasReleasedBefore()
    {
        var cluster = await TestCluster.StartAsync();
        var models = cluster.Models();
        await cluster.CallAsync("1");
        await cluster.CallAsync("1");
        Assert.Equal(["load 1"], models.Events.All);

        await cluster.DisposeAsync();

        Assert.Equal(["load 1", "unload 1"], models.Events.All);
    }

    private static async Task<IEnumerable<ResidentModel>> ReportAsync(TestCluster cluster, string pool = "Fake") =>
        Assert.Single(await cluster.Sdk.GetSilosAsync(Waiting.Token)).Pools.Single(one => one.Pool == pool).Models;
}
