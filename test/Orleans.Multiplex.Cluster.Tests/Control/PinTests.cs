using Orleans.Multiplex.Residency.Pins;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>Pinned models are always there.</summary>
public sealed class PinTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public PinTests()
    {
        foreach (var model in new[] { "a", "b", "c", "d", "e" })
        {
            _folder.Add(model);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pin_LoadsTheModelWhichIsNeverEvictedUntilUnpinned()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 2);

        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        foreach (var model in new[] { "b", "c", "d" })
        {
            await cluster.InferAsync(model);
        }

        Assert.Equal(["a@1", "d@1"], cluster.Ready());
        Assert.Equal([new PinReport("a", PinOrigin.Operator, "Silo_0")], await cluster.Sdk.GetPinsAsync(Waiting.Token));

        await cluster.Sdk.UnpinAsync("a", Waiting.Token).Soon();
        await cluster.Sdk.UnpinAsync("a", Waiting.Token).Soon();
        await cluster.InferAsync("e");
        Assert.Equal(["d@1", "e@1"], cluster.Ready());
        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));
    }

    [Fact]
    public async Task Pin_MoreThanFits_IsRefusedAndSaysWhatWouldHaveToGo()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, maxModels: 1);
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        await cluster.Sdk.PinAsync("b", Waiting.Token).Soon();

        var error = await Assert.ThrowsAsync<PinRefusedException>(() => cluster.Sdk.PinAsync("c", Waiting.Token).Soon());

        var inTheWay = Assert.Single(error.InTheWay);
        Assert.Contains(inTheWay, new[] { "a", "b" });
        Assert.Contains($"would have to go: '{inTheWay}'", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Select(static pin => pin.Model));
        Assert.Equal(["a@1", "b@1"], cluster.Ready());
    }

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(-1, 150)]
    public async Task Pin_ManyAtOnceForOnePlaceEach_AsManyAreGrantedAsFit(int maxModels, long maxBytes)
    {
        await using var cluster = await StoreCluster.StartAsync(
            _folder, silos: 2, maxModels, configure: options => options.MaxBytesPerSilo = new ByteSize(maxBytes));

        var outcomes = await Task.WhenAll(new[] { "a", "b", "c", "d", "e" }.Select(async model =>
        {
            try
            {
                await cluster.Sdk.PinAsync(model, Waiting.Token);
                return 1;
            }
            catch (PinRefusedException)
            {
                return 0;
            }
        })).Soon();

        Assert.Equal(2, outcomes.Sum());
        Assert.Equal(2, (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Length);
    }

    [Fact]
    public async Task Pin_UnknownOrBroken_IsRefusedAndPinsNothing()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Sdk.PinAsync("other", Waiting.Token).Soon());
        await Assert.ThrowsAsync<InvalidModelIdException>(() => cluster.Sdk.PinAsync("no id", Waiting.Token).Soon());
        _engine.FailOpen = static () => new ModelLoadFailedException("a", "broken");

        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.Sdk.PinAsync("a", Waiting.Token).Soon());

        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));
    }

    [Fact]
    public async Task Unload_Pinned_IsRefused()
    {
        _folder.Add("v/1");
        _folder.Add("v/2");
        await using var cluster = await StoreCluster.StartAsync(_folder);
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        await cluster.Sdk.PinAsync("v", Waiting.Token).Soon();
        await cluster.InferAsync("v@1");

        Assert.Equal("a", (await Assert.ThrowsAsync<ModelPinnedException>(() => cluster.Sdk.UnloadAsync("a", Waiting.Token).Soon())).Pin);
        await Assert.ThrowsAsync<ModelPinnedException>(() => cluster.Sdk.UnloadAsync("v@2", Waiting.Token).Soon());
        await cluster.Sdk.UnloadAsync("v@1", Waiting.Token).Soon();
        Assert.Equal(["a@1", "v@2"], cluster.Ready());
    }

    [Fact]
    public async Task Pin_AVersionThatAnotherPinKeeps_TakesNoFurtherRoom()
    {
        _folder.Add("v/1");
        _folder.Add("v/2");
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1);
        await cluster.Sdk.PinAsync("v", Waiting.Token).Soon();

        await cluster.Sdk.PinAsync("v@2", Waiting.Token).Soon();

        await Assert.ThrowsAsync<PinRefusedException>(() => cluster.Sdk.PinAsync("v@1", Waiting.Token).Soon());
        Assert.Equal(["v", "v@2"], (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Select(static pin => pin.Model));
    }

    [Fact]
    public async Task Pin_OtherVersionsUnderOtherNames_AreKeptByNoPin()
    {
        _folder.Add("v/1");
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        await cluster.Sdk.PinAsync("v", Waiting.Token).Soon();
        await cluster.InferAsync("v@1");
        _folder.Add("v/2");
        await cluster.InferAsync("v@2");

        var pinned = (await cluster.Sdk.GetSilosAsync(Waiting.Token)).SelectMany(static silo => silo.Pools).SelectMany(static pool => pool.Models).Where(static model => model.IsPinned);

        Assert.Equal(1, Assert.Single(pinned).Version);
    }

    [Fact]
    public async Task Settings_MorePinnedThanFits_OthersAreServedAndNothingIsEvictedForIt()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 2, configure: static options => new[] { "a", "b" }.ToList().ForEach(options.Pinned.Add));
        await Waiting.UntilAsync(() => cluster.Ready() is ["a@1", "b@1"]);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => cluster.InferAsync("c"));

        Assert.Contains("pinned models leave", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a@1", "b@1"], cluster.Ready());
    }

    [Fact]
    public async Task Settings_Pinned_IsLoadedUnaskedAndCannotBeUnpinned()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2, configure: static options => options.Pinned.Add("a"));

        await Waiting.UntilAsync(() => cluster.Ready() is ["a@1"]);

        var error = await Assert.ThrowsAsync<ModelPinnedException>(() => cluster.Sdk.UnpinAsync("a", Waiting.Token).Soon());
        Assert.Equal(PinOrigin.Settings, error.Origin);
        Assert.Equal(PinOrigin.Settings, Assert.Single(await cluster.Sdk.GetPinsAsync(Waiting.Token)).Origin);
    }

    [Fact]
    public async Task Settings_PinnedThatCannotBeLoaded_IsSaidOnceAndLoadedWhenItCan()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, configure: static options => options.Pinned.Add("late"));
        bool Said() => cluster.Inner.Log.All.Any(static line => line.StartsWith("Warning: Model 'late', which is pinned or is to be loaded at the start, is not loaded", StringComparison.Ordinal));
        await Waiting.UntilAsync(Said);

        _folder.Add("late");

        await Waiting.UntilAsync(() => cluster.Ready() is ["late@1"]);
        Assert.Single(cluster.Inner.Log.All, static line => line.StartsWith("Warning: Model 'late', which is pinned", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SiloOfThePinnedModel_Goes_TheModelComesBackElsewhereUnasked(bool inGoodOrder)
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 3, maxModels: 1);
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        var holder = Enumerable.Range(0, 3).Single(silo => cluster.Inner.Residents(silo).Count > 0);

        if (inGoodOrder)
        {
            await cluster.Inner.Inner.StopSiloAsync(cluster.Inner.Silos[holder], Waiting.Token);
        }
        else
        {
            await cluster.Inner.Inner.KillSiloAsync(cluster.Inner.Silos[holder], Waiting.Token);
        }

        await Waiting.UntilAsync(() => cluster.Ready() is ["a@1"]);
        Assert.Equal("a", Assert.Single(await cluster.Sdk.GetPinsAsync(Waiting.Token)).Model);
    }

    [Fact]
    public async Task Pin_IsKnownToEverySiloAtOnceAndToOneThatJoins()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);

        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();

        Assert.All([0, 1], silo => Assert.True(cluster.Inner.Get<PinnedModels>(silo).Table.IsPinned("a")));
        await cluster.Inner.Inner.StartSilosAsync(1, Waiting.Token);
        await Waiting.UntilAsync(() => cluster.Inner.Get<PinnedModels>(2).Table.IsPinned("a"));
    }

    [Fact]
    public async Task ControlGrainsSilo_Goes_PinsStay()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 3);
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        foreach (var silo in cluster.Inner.Silos.Skip(1).ToList())
        {
            await cluster.Inner.Inner.KillSiloAsync(silo, Waiting.Token);
        }

        await cluster.Sdk.PinAsync("b", Waiting.Token).Soon();

        Assert.Equal(["a", "b"], (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Select(static pin => pin.Model));
        await Waiting.UntilAsync(() => cluster.Ready() is ["a@1", "b@1"]);
    }
}
