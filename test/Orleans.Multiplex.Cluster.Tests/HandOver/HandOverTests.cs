using Orleans.Multiplex.Cluster.Tests.Control;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.HandOver;

/// <summary>Models that go from silo to silo.</summary>
public sealed class HandOverTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public HandOverTests()
    {
        for (var i = 0; i < 30; i++)
        {
            _folder.Add($"m{i}");
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Take_ThereIsRoom_IsReadyWithoutARequestAndCountsAsUsedWhenItWas()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 2);
        await cluster.InferAsync("m0");

        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m1", TimeSpan.FromHours(1)));

        // It is older than what is here, so it goes first.
        await cluster.InferAsync("m2");
        Assert.Equal(["m0@1", "m2@1"], cluster.Ready());
    }

    [Fact]
    public async Task Take_SeveralOfDifferentAges_GoInTheOrderOfTheirUses()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 3);
        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m1", TimeSpan.FromMinutes(1)));
        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m2", TimeSpan.FromMinutes(2)));
        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m3", TimeSpan.FromMinutes(3)));

        await cluster.InferAsync("m4");
        Assert.Equal(["m1@1", "m2@1", "m4@1"], cluster.Ready());
        await cluster.InferAsync("m5");
        Assert.Equal(["m1@1", "m4@1", "m5@1"], cluster.Ready());
    }

    [Fact]
    public async Task Take_NoRoom_DisplacesOnlyWhatWasUsedLongerAgo()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1);
        await cluster.InferAsync("m0");

        Assert.Equal(HandOverAnswer.NoRoom, await TakeAsync(cluster, "m1", TimeSpan.FromHours(1)));
        Assert.Equal(["m0@1"], cluster.Ready());
        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m1", TimeSpan.Zero));
        Assert.Equal(["m1@1"], cluster.Ready());
    }

    [Fact]
    public async Task Take_NotInTheStoreOrBrokenOrHereAlready_SaysSo()
    {
        var engine = new FakeBackend();
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1, engine: engine);
        await cluster.InferAsync("m0");

        Assert.Equal(HandOverAnswer.IsReady, await TakeAsync(cluster, "m0", TimeSpan.FromHours(1)));
        Assert.Equal(HandOverAnswer.Failed, await TakeAsync(cluster, "other", TimeSpan.Zero));
        engine.FailOpen = static () => new ModelLoadFailedException("m1", "broken");
        Assert.Equal(HandOverAnswer.Failed, await TakeAsync(cluster, "m1", TimeSpan.Zero));
    }

    [Fact]
    public async Task Take_UnloadedOnItsWay_SaysSo()
    {
        var opening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var go = new ManualResetEventSlim();
        var engine = new FakeBackend
        {
            OnOpen = _ =>
            {
                opening.TrySetResult();
                go.Wait(Waiting.Token);
            },
        };
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: engine);
        var answer = Task.Run(() => TakeAsync(cluster, "m1", TimeSpan.Zero), Waiting.Token);
        await opening.Task.Soon();

        // As every silo is told to when an operator unloads it.
        var unloading = cluster.Inner.Get<EvictionService>().EvictAsync(Assert.Single(cluster.Inner.Residents()), EvictionReason.Operator);
        go.Set();

        await unloading.Soon();
        Assert.Equal(HandOverAnswer.Unloaded, await answer);
        Assert.Empty(cluster.Ready());
    }

    [Fact]
    public async Task Stop_Silo_ItsModelsAreOnTheOtherAndAnswerWarm()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        for (var i = 0; i < 8; i++)
        {
            await cluster.InferAsync($"m{i}");
        }

        await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[1], Waiting.Token).Soon();

        for (var i = 0; i < 8; i++)
        {
            Assert.False((await cluster.Sdk.InferAsync($"m{i}", [], cancellationToken: Waiting.Token).Soon()).IsCold);
        }
    }

    [Fact]
    public async Task Stop_NoTimeToDrain_LeavesAtOnce()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, configure: static options => options.Drain.Timeout = TimeSpan.Zero);
        for (var i = 0; i < 8; i++)
        {
            await cluster.InferAsync($"m{i}");
        }

        await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[1], Waiting.Token).Soon();

        Assert.DoesNotContain(cluster.Inner.Log.All, static line => line.Contains("Reason: Moved", StringComparison.Ordinal));
        for (var i = 0; i < 8; i++)
        {
            await cluster.InferAsync($"m{i}");
        }
    }

    [Fact]
    public async Task Join_OthersHaveHadToEvict_TheNewSiloGetsSomeOfWhatIsInUse()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 10);
        for (var i = 0; i < 30; i++)
        {
            await cluster.InferAsync($"m{i}");
        }

        await cluster.Inner.Inner.StartAdditionalSiloAsync().Soon();

        await Waiting.UntilAsync(() => cluster.Inner.Residents(1).Count(static resident => resident.State == ResidentState.Ready) >= 2);
        Assert.Contains(cluster.Inner.Log.All, static line => line.Contains("which has joined", StringComparison.Ordinal));
    }

    private static Task<HandOverAnswer> TakeAsync(StoreCluster cluster, string model, TimeSpan age) =>
        cluster.Inner.Get<ModelReception>().TakeAsync(new HandedModel(ModelKey.Create(model, 1), age, default)).Soon();
}
