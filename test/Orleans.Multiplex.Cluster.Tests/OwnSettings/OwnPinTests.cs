using System.Net;
using System.Text;
using System.Text.Json;
using Orleans.Multiplex.Cluster.Tests.Control;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.OwnSettings;

/// <summary>Models of the store whose <c>model.json</c> pins them.</summary>
public sealed class OwnPinTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public OwnPinTests()
    {
        foreach (var model in new[] { "a", "b", "c", "d" })
        {
            _folder.Add(model);
        }

        Put("a", """{"pin": true}""");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pin_ModelIsLoaded_IsNotEvictedAndIsReported()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 1, maxModels: 2);
        await using var gateway = await Gateway.StartAsync(cluster.Inner.Client);
        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));

        await LoadPinnedAsync(cluster);
        foreach (var model in new[] { "b", "c", "d" })
        {
            await cluster.InferAsync(model);
        }

        Assert.Equal(["a@1", "d@1"], cluster.Ready());
        Assert.Equal([new PinReport("a@1", PinOrigin.ModelFile, "Silo_0")], await cluster.Sdk.GetPinsAsync(Waiting.Token));
        var pins = await gateway.Http.GetStringAsync(new Uri("/multiplex/pins", UriKind.Relative), Waiting.Token);
        Assert.Equal("""{"pins":[{"model":"a@1","origin":"modelFile","silo":"Silo_0"}]}""", pins);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a@1")]
    public async Task Operator_UnloadsIt_GoesAndMayComeAgain(string model)
    {
        await using var cluster = await StoreCluster.StartAsync(_folder);
        await LoadPinnedAsync(cluster);

        await cluster.Sdk.UnloadAsync(model, Waiting.Token).Soon();

        Assert.Empty(cluster.Ready());
        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));
        await LoadPinnedAsync(cluster);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a@1")]
    public async Task Operator_UnpinsIt_IsRefusedAndToldOfTheFile(string model)
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, silos: 2);
        await using var gateway = await Gateway.StartAsync(cluster.Inner.Client);
        await LoadPinnedAsync(cluster);
        gateway.Http.DefaultRequestHeaders.Add("x-multiplex-control", "1");

        using var response = await gateway.Http.PostAsync(new Uri($"/multiplex/models/{model}/unpin", UriKind.Relative), null, Waiting.Token);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Waiting.Token));
        Assert.StartsWith(
            $"Model '{model}' is kept by the pin 'a@1'. It stands in the model.json of that version: take \"pin\" out of that file",
            body.RootElement.GetProperty("error").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(["a@1"], cluster.Ready());
    }

    [Fact]
    public async Task Operator_PinsItTooAndUnpins_TakesBackThatPinAlone()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1);
        await LoadPinnedAsync(cluster);
        await cluster.Sdk.PinAsync("a", Waiting.Token).Soon();
        Assert.Equal(
            [new PinReport("a", PinOrigin.Operator, "Silo_0"), new PinReport("a@1", PinOrigin.ModelFile, "Silo_0")], await cluster.Sdk.GetPinsAsync(Waiting.Token));

        var error = await Assert.ThrowsAsync<ModelPinnedException>(() => cluster.Sdk.UnpinAsync("a", Waiting.Token).Soon());

        Assert.Equal(("a@1", PinOrigin.ModelFile), (error.Pin, error.Origin));
        Assert.Equal([new PinReport("a@1", PinOrigin.ModelFile, "Silo_0")], await cluster.Sdk.GetPinsAsync(Waiting.Token));
    }

    [Fact]
    public async Task Operator_PinsAnother_ItsRoomIsTaken()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1);
        await LoadPinnedAsync(cluster);

        var error = await Assert.ThrowsAsync<PinRefusedException>(() => cluster.Sdk.PinAsync("b", Waiting.Token).Soon());

        Assert.Equal(["a@1"], error.InTheWay);
    }

    [Fact]
    public async Task Pin_RoomIsPromisedToAnother_IsLoadedWithoutItAndSaysSo()
    {
        await using var cluster = await StoreCluster.StartAsync(_folder, maxModels: 1, configure: static options => options.Pinned.Add("late"));

        await cluster.InferAsync("a");

        await cluster.Inner.Log.WaitForTextAsync("Warning: Model 'a' is loaded without the pin that its model.json asks for");
        Assert.DoesNotContain(await cluster.Sdk.GetPinsAsync(Waiting.Token), static pin => pin.Origin == PinOrigin.ModelFile);
        _folder.Add("late");
        await Waiting.UntilAsync(() => cluster.Ready() is ["late@1"]);
        Assert.Single(cluster.Inner.Log.All, static line => line.Contains("is loaded without the pin", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pin_IsTakenOutOfTheFile_EndsWithTheSwap()
    {
        await using var cluster = await StoreCluster.StartAsync(
            _folder, maxModels: 2, configure: static options => options.Versions.RefreshInterval = TimeSpan.FromMilliseconds(100));
        await LoadPinnedAsync(cluster);

        Put("a", """{"pin": false}""");

        await Waiting.UntilAsync(() => cluster.Inner.Residents() is [{ State: ResidentState.Ready, IsPinned: false }]);
        Assert.Empty(await cluster.Sdk.GetPinsAsync(Waiting.Token));
        foreach (var model in new[] { "b", "c" })
        {
            await cluster.InferAsync(model);
        }

        Assert.Equal(["b@1", "c@1"], cluster.Ready());
    }

    [Fact]
    public async Task Pin_ComesIntoTheFile_HoldsFromTheSwapOn()
    {
        await using var cluster = await StoreCluster.StartAsync(
            _folder, maxModels: 2, configure: static options => options.Versions.RefreshInterval = TimeSpan.FromMilliseconds(100));
        await cluster.InferAsync("b");

        Put("b", """{"pin": true}""");

        await Waiting.UntilAsync(() => cluster.Inner.Residents() is [{ State: ResidentState.Ready, IsPinned: true }]);
        foreach (var model in new[] { "c", "d" })
        {
            await cluster.InferAsync(model);
        }

        Assert.Equal(["b@1", "d@1"], cluster.Ready());
    }

    // It may answer a moment before it is pinned; until then it is no victim either.
    private static async Task LoadPinnedAsync(StoreCluster cluster)
    {
        await cluster.InferAsync("a");
        await Waiting.UntilAsync(() => Enumerable.Range(0, cluster.Inner.Silos.Count).SelectMany(silo => cluster.Inner.Residents(silo)).Any(static resident => resident.IsPinned));
    }

    private void Put(string model, string settings) => _folder.Put(model, Encoding.UTF8.GetBytes(settings), "model.json");
}
