using System.Net;
using Grpc.Net.Client;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>What a collector of traces gets of a cluster of processes: two silos, and a gateway without models.</summary>
public sealed class TraceTests(TracedCluster traced) : IClassFixture<TracedCluster>
{
    private static readonly string[] LoadSteps = ["wait for turn", "fetch files", "read settings", "check model", "reserve room", "open model", "measure model"];

    // What a cold request is made of, on all processes.
    private static readonly string[] ColdRequest =
        ["place grain", "place model", "activate grain", "infer", "wait for model", "load model", .. LoadSteps, "queue", "run"];

    private readonly TraceReceiver _receiver = traced.Receiver;
    private readonly ProcessCluster _cluster = traced.Cluster;

    [Fact]
    public async Task Infer_ColdOverHttp_IsOneTraceOverGatewayAndSilo()
    {
        var traceId = TracedCall.NewTraceId();
        _cluster.AddModel(1);
        using var http = _cluster.Front.CreateClient();

        using var answer = await TracedCall.PostAsync(http, "/", "1", traceId, TracedCall.Tensors);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var trace = await _receiver.WaitForAsync(traceId, TracedCall.Caller, ColdRequest);
        var gateway = _cluster.Front.SiloName;
        var silo = Assert.Single(answer.Headers.GetValues("x-multiplex-silo"));
        var server = Assert.Single(trace, static span => span.ParentId == TracedCall.Caller);
        Assert.Equal((gateway, "Microsoft.AspNetCore"), (server.Instance, server.Source));
        Assert.Equal($"00-{traceId}-{server.Id}-01", Assert.Single(answer.Headers.GetValues("traceresponse")));

        // 1 The call of the grain, and where it was placed.
        var calls = trace.Where(static span => span.Name.EndsWith("/InferAsync", StringComparison.Ordinal)).ToList();
        Assert.Equal([gateway, silo], calls.OrderBy(call => call.ParentId == server.Id ? 0 : 1).Select(static call => call.Instance));
        var place = One(trace, "place model");
        Assert.Equal((gateway, silo, "1", "2"), (place.Instance, place["multiplex.silo"], place["multiplex.model"], place["multiplex.placement.candidates"]));
        Assert.Equal(One(trace, "place grain").Id, place.ParentId);
        Assert.Equal(silo, One(trace, "activate grain").Instance);

        // 2 The request on its silo: it waits for its load, then for a thread, then runs.
        var infer = One(trace, "infer");
        Assert.Equal((silo, silo, "true", calls.Single(call => call.Instance == silo).Id), (infer.Instance, infer["multiplex.silo"], infer["multiplex.cold"], infer.ParentId));
        var wait = One(trace, "wait for model");
        var load = One(trace, "load model");
        Assert.Equal((infer.Id, wait.Id), (wait.ParentId, load.ParentId));
        Assert.Equal([infer.Id, infer.Id], new[] { "queue", "run" }.Select(name => One(trace, name).ParentId));
        Assert.Equal(LoadSteps, trace.Where(span => span.ParentId == load.Id).OrderBy(static span => span.Began).Select(static span => span.Name));
        Assert.True(load.Ended <= One(trace, "run").Began);
        Assert.All(trace.Where(static span => span.Source == "Orleans.Multiplex" && span.Name != "place model"), span => Assert.Equal(silo, span.Instance));
        Assert.DoesNotContain(trace, static span => span.HasFailed);
    }

    [Fact]
    public async Task Infer_ColdOverGrpc_IsOneTraceAndSaysSo()
    {
        var traceId = TracedCall.NewTraceId();
        _cluster.AddModel(2);
        using var channel = GrpcChannel.ForAddress(_cluster.Front.GrpcAddress!);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var request = new ModelInferRequest { ModelName = "2" };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "FP32", Shape = { 1, 4 }, Contents = new() { Fp32Contents = { 1, 2, 3, 4 } } });

        using var call = client.ModelInferAsync(request, new global::Grpc.Core.Metadata { { "traceparent", TracedCall.Header(traceId) } }, cancellationToken: TestContext.Current.CancellationToken);
        var headers = await call.ResponseHeadersAsync;
        await call;

        var trace = await _receiver.WaitForAsync(traceId, TracedCall.Caller, ColdRequest);
        var server = Assert.Single(trace, static span => span.ParentId == TracedCall.Caller);
        Assert.Equal($"00-{traceId}-{server.Id}-01", headers.GetValue("traceresponse"));
        Assert.NotEqual(server.Instance, One(trace, "run").Instance);
    }

    [Fact]
    public async Task Call_TwoThatRunTogether_AreLinkedWithTheOneRun()
    {
        string[] traceIds = [TracedCall.NewTraceId(), TracedCall.NewTraceId()];
        using var http = _cluster.Silos[0].CreateClient();
        using (await TracedCall.PostAsync(http, "/greet", "hello", TracedCall.NewTraceId(), new { name = "Ada" }))
        {
        }

        var answers = await Task.WhenAll(traceIds.Select(traceId => TracedCall.PostAsync(http, "/greet-together", "hello", traceId, new { name = "Ada" })));

        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var traces = new List<IReadOnlyList<ReceivedSpan>>();
        foreach (var traceId in traceIds)
        {
            traces.Add(await _receiver.WaitForAsync(traceId, TracedCall.Caller, "call model", "queue", "run"));
        }

        var runs = traces.Select(static trace => One(trace, "run")).ToList();
        var first = runs.FindIndex(run => traces.Any(trace => trace.Any(span => span.Name == "run batch" && span.ParentId == run.Id)));
        var batch = One(traces[first], "run batch");
        Assert.Equal(("2", "2", "hello"), (batch["multiplex.batch.requests"], batch["multiplex.batch.rows"], batch["multiplex.model"]));
        Assert.Equal(runs.Select(static run => run.Id).Order(StringComparer.Ordinal), batch.Links.Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Equal([batch.Id], run.Links));
        Assert.DoesNotContain(traces[1 - first], static span => span.Name == "run batch");
        foreach (var answer in answers)
        {
            answer.Dispose();
        }
    }

    [Fact]
    public async Task Infer_ModelThatCannotBeLoaded_SaysItsTraceAndWhatFailedInIt()
    {
        var traceId = TracedCall.NewTraceId();
        _cluster.AddModel("garbage", [1, 2, 3, 4, 5]);
        using var http = _cluster.Front.CreateClient();

        using var answer = await TracedCall.PostAsync(http, "/", "garbage", traceId, TracedCall.Tensors);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var trace = await _receiver.WaitForAsync(traceId, TracedCall.Caller, "infer", "wait for model", "load model");
        Assert.Contains(traceId, Assert.Single(answer.Headers.GetValues("traceresponse")), StringComparison.Ordinal);
        Assert.Equal(
            [(true, "load_failed"), (true, "load_failed"), (true, "broken")],
            new[] { "infer", "wait for model", "load model" }.Select(name => One(trace, name)).Select(static span => (span.HasFailed, span["error.type"])));
    }

    private static ReceivedSpan One(IEnumerable<ReceivedSpan> trace, string name) => Assert.Single(trace, span => span.Name == name);
}
