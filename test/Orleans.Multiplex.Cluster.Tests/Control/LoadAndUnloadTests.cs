using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Control;

/// <summary>What operators do with one model.</summary>
public sealed class LoadAndUnloadTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public LoadAndUnloadTests()
    {
        _folder.Add("m/1");
        _folder.Add("m/2");
        _folder.Add("n");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Load_OnceAndAgain_LoadsOnceAndPinsNothing()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1);

        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();
        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();

        Assert.Equal(["m@2"], cluster.Ready());
        Assert.Single(cluster.Inner.Log.All, static line => line.Contains("Loading model 'm@2'", StringComparison.Ordinal));
        await cluster.InferAsync("n");
        Assert.Equal(["n@1"], cluster.Ready());
    }

    [Fact]
    public async Task Load_NotInTheStore_IsNotFound()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder);

        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Sdk.LoadAsync("other", Waiting.Token).Soon());
        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Sdk.LoadAsync("m@3", Waiting.Token).Soon());
    }

    [Fact]
    public async Task Load_BrokenModelWasMended_IsTriedAtOnceAlthoughItsFailureIsRemembered()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        _engine.FailInspect = static () => new ModelLoadFailedException("m", "broken");
        for (var i = 0; i < 3; i++)
        {
            await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.Sdk.LoadAsync("m", Waiting.Token).Soon());
        }

        _engine.FailInspect = static () => null;
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("m"));
        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();

        await cluster.InferAsync("m");
    }

    [Fact]
    public async Task Unload_AllVersions_AndARequestLoadsItAgain()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        await Task.WhenAll(cluster.InferAsync("m"), cluster.InferAsync("m@1"), cluster.InferAsync("n"));

        await cluster.Sdk.UnloadAsync("m", Waiting.Token).Soon();
        await cluster.Sdk.UnloadAsync("m", Waiting.Token).Soon();

        Assert.Equal(["n@1"], cluster.Ready());
        Assert.Contains(cluster.Inner.Log.All, static line => line.EndsWith("Unloading model 'm@1'. Reason: Operator.", StringComparison.Ordinal));
        await cluster.InferAsync("m");
        Assert.Equal(["m@2", "n@1"], cluster.Ready());
    }

    [Fact]
    public async Task Unload_OneVersion_LeavesTheOther()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder);
        await Task.WhenAll(cluster.InferAsync("m"), cluster.InferAsync("m@1"));

        await cluster.Sdk.UnloadAsync("m@1", Waiting.Token).Soon();

        Assert.Equal(["m@2"], cluster.Ready());
    }

    [Fact]
    public async Task Unload_NeverLoadedOrUnknown_IsDoneOrNotFoundWithoutItsFile()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        var isRead = false;
        _engine.FailInspect = () =>
        {
            isRead = true;
            return null;
        };

        await cluster.Sdk.UnloadAsync("n", Waiting.Token).Soon();
        var never = Assert.Single(await cluster.Sdk.GetStatisticsAsync("m", Waiting.Token).Soon());

        Assert.Equal(("m", 2L, false), (never.Model, never.Version, isRead));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Sdk.UnloadAsync("other", Waiting.Token).Soon());
    }

    [Fact]
    public async Task Unload_WithRequestsInFlight_TheyEndAndNewOnesAreAnswered()
    {
        var running = new TaskCompletionSource();
        using var goOn = new SemaphoreSlim(0);
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        _engine.FailRun = () =>
        {
            running.TrySetResult();
            goOn.Wait(Waiting.Token);
            return null;
        };
        var before = cluster.InferAsync("n");
        await running.Task.Soon();

        var unloading = cluster.Sdk.UnloadAsync("n", Waiting.Token);
        await Waiting.UntilAsync(() => cluster.Inner.Residents().Any(static resident => resident.State == ResidentState.Draining));
        _engine.FailRun = static () => null;
        await cluster.InferAsync("n");
        Assert.False(before.IsCompleted || unloading.IsCompleted);
        goOn.Release();

        await before;
        await unloading.Soon();
        Assert.Equal(["n@1"], cluster.Ready());
    }
}
