using System.Net;
using System.Net.Http.Json;
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
    public async Task Infer_AfterManyProbes_IsRecordedAllTheSame()
    {
        await using var receiver = await TraceReceiver.StartAsync();
        await using var cluster = await ProcessCluster.StartAsync(silos: 1, ProcessCluster.Silo, [.. SettingsWithoutSampler(receiver)]);
        cluster.AddModel(1);
        using var http = cluster.Front.CreateClient();
        foreach (var path in new[] { "/v2/health/live", "/metrics", "/dashboard/" })
        {
            for (var i = 0; i < 20; i++)
            {
                using var probe = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.False(probe.Headers.Contains("traceresponse"));
            }
        }

        using var answer = await http.PostAsJsonAsync(new Uri("/v2/models/1/infer", UriKind.Relative), TracedCall.Tensors, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.EndsWith("-01", Assert.Single(answer.Headers.GetValues("traceresponse")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_CallerDoesNotRecord_NeitherDoesAnySilo()
    {
        await using var receiver = await TraceReceiver.StartAsync();
        await using var cluster = await ProcessCluster.StartAsync(
            silos: 1, ProcessCluster.Silo, [.. SettingsWithoutSampler(receiver)]);
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

    private static IEnumerable<string> SettingsWithoutSampler(TraceReceiver receiver) =>
        receiver.Settings.Where(static setting => !setting.Contains("SAMPLER", StringComparison.Ordinal));
}
