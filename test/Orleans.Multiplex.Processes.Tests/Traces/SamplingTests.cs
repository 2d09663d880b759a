using System.Net;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Traces;

/// <summary>Which requests are traced where nothing says how, and that none is where nothing asks for traces.</summary>
public sealed class SamplingTests
{
    [Fact]
    public async Task Infer_WithoutAnEndpoint_IsNotTraced()
    {
        await using var cluster = await ProcessCluster.StartAsync(silos: 1, ProcessCluster.Silo);
        cluster.AddModel(1);
        using var http = cluster.Front.CreateClient();

        using var answer = await TracedCall.PostAsync(http, "/", "1", TracedCall.NewTraceId(), TracedCall.Tensors);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(answer.Headers.Contains("traceresponse"));
    }

    [Fact]
    public async Task Infer_CallerDoesNotRecord_NeitherDoesAnySilo()
    {
        await using var receiver = await TraceReceiver.StartAsync();
        await using var cluster = await ProcessCluster.StartAsync(
            silos: 1, ProcessCluster.Silo, [.. receiver.Settings.Where(static setting => !setting.Contains("SAMPLER", StringComparison.Ordinal))]);
        cluster.AddModel(1);
        cluster.AddModel(2);
        var (unrecorded, recorded) = (TracedCall.NewTraceId(), TracedCall.NewTraceId());
        using var http = cluster.Front.CreateClient();

        using var first = await TracedCall.PostAsync(http, "/", "1", unrecorded, TracedCall.Tensors, isRecorded: false);
        using var second = await TracedCall.PostAsync(http, "/", "2", recorded, TracedCall.Tensors);

        // What ended earlier is sent before.
        await receiver.WaitForAsync(recorded, TracedCall.Caller, "place model", "load model", "run");
        Assert.Matches($"00-{unrecorded}-[0-9a-f]{{16}}-00", Assert.Single(first.Headers.GetValues("traceresponse")));
        Assert.Matches($"00-{recorded}-[0-9a-f]{{16}}-01", Assert.Single(second.Headers.GetValues("traceresponse")));
        Assert.Equal([recorded], receiver.Spans.Select(static span => span.TraceId).Distinct());
    }
}
