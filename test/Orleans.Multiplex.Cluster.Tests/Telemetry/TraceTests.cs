using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Testing.Traces;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What the spans of requests to one silo and to several say.</summary>
public sealed class TraceTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new() { NeverBlocks = true };
    private readonly RecordedSpans _spans = new();

    public void Dispose()
    {
        _spans.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Infer_SeveralWaitForOneLoad_ItIsBelowWhoBeganItAndTheOthersLinkToIt()
    {
        await using var cluster = await StartAsync();
        var loading = cluster.Models().Block("m");
        var requests = new List<(ActivityTraceId Trace, Task Answer)>();
        for (var i = 0; i < 3; i++)
        {
            using var request = _spans.Begin();
            requests.Add((request.TraceId, cluster.GrainFrom<IFakeGrain>(0, "m").CallAsync(Waiting.Token)));
            var expected = i + 1;
            await Waiting.UntilAsync(() => cluster.Residents() is [var one] && one.Report().InFlight == expected);
        }

        loading.SetResult();
        await Task.WhenAll(requests.Select(static request => request.Answer)).Soon();

        var load = _spans.One("load model");
        var waits = requests.ConvertAll(request => _spans.Find("wait for model").Single(span => span.TraceId == request.Trace));
        Assert.Equal((waits[0].TraceId, waits[0].SpanId), (load.TraceId, load.ParentSpanId));
        Assert.Empty(waits[0].Links);
        Assert.All(waits.Skip(1), wait => Assert.Equal(load.Context, Assert.Single(wait.Links).Context));
    }

    [Fact]
    public async Task Infer_WarmInTheCallersProcess_HasTheSameSpansWithoutACallOfAGrain()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await cluster.Get<IMultiplexClient>().InferAsync("m", [], cancellationToken: Waiting.Token);
        using var request = _spans.Begin();

        var answer = await cluster.Get<IMultiplexClient>().InferAsync("m", [], cancellationToken: Waiting.Token);

        var infer = _spans.One("infer");
        Assert.Equal((request.SpanId, answer.Silo, false, 1L), (infer.ParentSpanId, infer.GetTagItem("multiplex.silo"), infer.GetTagItem("multiplex.cold"), infer.GetTagItem("multiplex.version")));
        Assert.Equal(infer.SpanId, _spans.One("run").ParentSpanId);
        Assert.DoesNotContain(_spans.Ended, static span => span.OperationName.Contains('/', StringComparison.Ordinal));
        Assert.Empty(_spans.Find("wait for model"));
    }

    [Fact]
    public async Task Infer_Fails_EachSpanOnTheWaySaysSo()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        _engine.OnRun = static (_, _) => throw new InferenceFailedException("m", "it fell over");
        using var request = _spans.Begin();

        await Assert.ThrowsAsync<InferenceFailedException>(() => cluster.Get<IMultiplexClient>().InferAsync("m", [], cancellationToken: Waiting.Token));

        Assert.All(
            new[] { "infer", "run" }.Select(_spans.One),
            static span => Assert.Equal((ActivityStatusCode.Error, "inference_failed"), (span.Status, span.GetTagItem("error.type"))));
        Assert.Equal(ActivityStatusCode.Unset, _spans.One("load model").Status);
    }

    [Fact]
    public async Task Infer_ModelIsNotThere_TheWaitSaysSo()
    {
        await using var cluster = await StartAsync();
        using var request = _spans.Begin();

        await Assert.ThrowsAsync<ModelNotFoundException>(() => cluster.Get<IMultiplexClient>().InferAsync("nowhere", [], cancellationToken: Waiting.Token));

        Assert.Equal("not_found", _spans.One("wait for model").GetTagItem("error.type"));
        Assert.Empty(_spans.Find("load model"));
    }

    [Fact]
    public async Task Infer_OfATraceThatIsNotRecorded_HasNoSpans()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync(silos: 2);
        using var request = _spans.Begin(isRecorded: false);

        await cluster.Get<IMultiplexClient>(0).InferAsync("m", [], cancellationToken: Waiting.Token);
        await cluster.Get<IMultiplexClient>(1).InferAsync("m", [], cancellationToken: Waiting.Token);

        Assert.Empty(_spans.Ended);
    }

    private Task<TestCluster> StartAsync(int silos = 1) => TestCluster.StartAsync(
        silos,
        configure: options => options.Models = _folder.Path,
        configureSilo: silo =>
        {
            silo.AddActivityPropagation();
            silo.Services.AddSingleton<IInferenceBackend>(_engine).AddMultiplexClient();
        });
}
