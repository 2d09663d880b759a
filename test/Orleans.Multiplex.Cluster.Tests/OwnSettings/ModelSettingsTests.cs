using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Cluster.Tests.Control;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.OwnSettings;

/// <summary>Models of the store with a <c>model.json</c> beside them: how their requests run, and what becomes of a faulty one.</summary>
public sealed class ModelSettingsTests : IDisposable
{
    private const string Faulty = """{"maxBatchSize": 0, "priorty": 3, "timeout": "5s"}""";

    private static readonly string[] Faults =
    [
        "its settings in m/1/model.json are wrong: ",
        "maxBatchSize is 0; it must be a whole number from 1",
        "'priorty' is not a setting of a model; did you mean priority?",
        "timeout is the text '5s'; it must be a text with a time in hours:minutes:seconds, above zero and at most a day",
    ];

    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();
    private readonly ConcurrentQueue<int> _priorities = new();

    public ModelSettingsTests()
    {
        _folder.Add("m/1");
        _engine.OnRun = (request, _) => _priorities.Enqueue(request.Priority);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Priority_IsThatOfRequestsThatBringNone()
    {
        Put("""{"priority": 2}""");
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);

        await cluster.InferAsync("m");
        await cluster.Sdk.InferAsync("m", [], new InferenceOptions { Priority = 7 }, Waiting.Token).Soon();

        Assert.Equal([2, 7], _priorities);
    }

    [Fact]
    public async Task Timeout_ModelIsThere_EndsARunWhateverTimeItsRequestBrings()
    {
        Put("""{"timeout": "00:00:00.050"}""");
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();
        _engine.OnRun = WaitForItsEnd;

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(
            () => cluster.Sdk.InferAsync("m", [], new InferenceOptions { Timeout = TimeSpan.FromMinutes(5) }, Waiting.Token).Soon());

        Assert.Contains("for which the timeout in its model.json allows 00:00:00.0500000 in all", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_RequestBringsLess_ItsOwnCounts()
    {
        Put("""{"timeout": "00:05:00"}""");
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();
        _engine.OnRun = WaitForItsEnd;

        var error = await Assert.ThrowsAsync<InferenceTimeoutException>(
            () => cluster.Sdk.InferAsync("m", [], new InferenceOptions { Timeout = TimeSpan.FromSeconds(1) }, Waiting.Token).Soon());

        Assert.DoesNotContain("model.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_LoadTakesLonger_CountsFromWhenTheModelIsThere()
    {
        Put("""{"timeout": "00:00:02"}""");
        var time = new FakeTimeProvider();
        _engine.OnOpen = _ => time.Advance(TimeSpan.FromSeconds(10));
        await using var cluster = await TestCluster.StartAsync(
            time: time, configure: options => options.Models = _folder.Path, configureSilo: silo => silo.Services.AddSingleton<IInferenceBackend>(_engine));

        var answer = await cluster.Sdk.InferAsync("m", [], cancellationToken: Waiting.Token).Soon();

        Assert.InRange(answer.Timings.Load, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(59));
    }

    [Fact]
    public async Task Changed_ModelIsResident_IsSwappedInAsAnyNewContent()
    {
        Put("""{"priority": 2, "maxBatchSize": 4}""");
        await using var cluster = await StartFollowingAsync();
        await cluster.InferAsync("m");
        Assert.Equal((2, 4), (Settings(cluster).Priority!.Value, Settings(cluster).MaxBatchSize!.Value));

        Put("""{"priority": 8}""");

        await Waiting.UntilAsync(() => cluster.Inner.Residents() is [{ State: ResidentState.Ready, Settings.Priority: 8 }]);
        await cluster.InferAsync("m");
        Assert.Equal([2, 8], _priorities);
        Assert.Null(Settings(cluster).MaxBatchSize);
    }

    [Fact]
    public async Task Changed_ToSomethingFaulty_TheOldOneGoesOnAndItIsReported()
    {
        Put("""{"priority": 2}""");
        await using var cluster = await StartFollowingAsync();
        await cluster.InferAsync("m");

        Put(Faulty);

        await cluster.Inner.Log.WaitForTextAsync("cannot be loaded; the one that answers goes on.");
        await cluster.InferAsync("m");
        Assert.Equal([2, 2], _priorities);
        Assert.Contains(cluster.Inner.Log.All, static line => Faults.All(fault => line.Contains(fault, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Faulty_LoadFailsWithAllFaultsUntilItIsMended()
    {
        Put(Faulty);
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.InferAsync("m"));

        Assert.All(Faults, fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
        Assert.Empty(cluster.Ready());
        Put("{}");
        await cluster.Sdk.LoadAsync("m", Waiting.Token).Soon();
        Assert.Equal(["m@1"], cluster.Ready());
    }

    [Fact]
    public async Task Faulty_OverHttp_Is422WithAllFaults()
    {
        Put(Faulty);
        await using var cluster = await StoreCluster.StartAsync(_folder, engine: _engine);
        await using var gateway = await Gateway.StartAsync(cluster.Inner.Client);

        using var response = await gateway.Http.PostAsJsonAsync("/v2/models/m/infer", new { inputs = Array.Empty<object>() }, Waiting.Token);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>(Waiting.Token)).GetProperty("error").GetString()!;
        Assert.StartsWith("Model 'm' failed to load: its settings in m/1/model.json are wrong: maxBatchSize is 0; ", error, StringComparison.Ordinal);
        Assert.All(Faults, fault => Assert.Contains(fault, error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OwnClass_HasAFileOfThatName_MayMeanByItWhatItLikes()
    {
        Put("no JSON");
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Models = _folder.Path, classes: typeof(StoreGrain));

        Assert.Equal("m@1", await cluster.Grain<IStoreGrain>("m").CallAsync(Waiting.Token).Soon());
    }

    private static ModelSettings Settings(StoreCluster cluster) =>
        cluster.Inner.Residents().First(static resident => resident.State == ResidentState.Ready).Settings;

    private static void WaitForItsEnd(InferenceRequest request, CancellationToken stop)
    {
        stop.WaitHandle.WaitOne();
        stop.ThrowIfCancellationRequested();
    }

    private void Put(string settings) => _folder.Put("m/1", Encoding.UTF8.GetBytes(settings), "model.json");

    private Task<StoreCluster> StartFollowingAsync() => StoreCluster.StartAsync(
        _folder, engine: _engine, configure: static options => options.Versions.RefreshInterval = TimeSpan.FromMilliseconds(100));
}
