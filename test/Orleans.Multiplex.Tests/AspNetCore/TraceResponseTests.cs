using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Testing.Traces;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>What an answer over HTTP says of its trace.</summary>
public sealed class TraceResponseTests : IDisposable
{
    private const string Body = """{"inputs":[]}""";
    private const string Caller = "00f067aa0ba902b7";

    private readonly RecordedSpans _spans = new();
    private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();

    public void Dispose() => _spans.Dispose();

    [Theory]
    [InlineData("/v2/models/iris/infer", 404)]
    [InlineData("/v2/models/a%2F%2Fb/infer", 400)]
    [InlineData("/v2/nothing", 404)]
    [InlineData("/v2", 405)]
    public async Task Answer_OfATracedRequest_NamesTheServersSpan(string path, int status)
    {
        _spans.Add(_trace);
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = static (model, _, _, _) => throw new ModelNotFoundException(model, "none") });

        var reply = await SendAsync(host, path);

        Assert.Equal((HttpStatusCode)status, reply.Status);
        await host.StopAsync();
        Assert.Equal($"00-{_trace}-{_spans.Find("Microsoft.AspNetCore.Hosting.HttpRequestIn").Single().SpanId}-01", reply.Headers["traceresponse"]);
    }

    [Fact]
    public async Task Error_UnexpectedInATracedRequest_IsFoundInTheLogByTheTrace()
    {
        _spans.Add(_trace);
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail") });

        var reply = await SendAsync(host, "/v2/models/iris/infer");

        Assert.Equal($"{_trace}", reply.Json.GetProperty("trace_id").GetString());
        Assert.Contains($"{_trace}", Assert.Single(host.Log.Entries, static entry => entry.Level == LogLevel.Error).Message, StringComparison.Ordinal);
        Assert.StartsWith($"00-{_trace}-", reply.Headers["traceresponse"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_OfARequestThatIsNotRecorded_NamesATraceThatItCameWithAndNoOther(bool isBrought)
    {
        // As a collector listens: what is not recorded has an activity that is passed on.
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Microsoft.AspNetCore",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = await HttpHost.StartAsync();

        var reply = isBrought ? await SendAsync(host, "/v2", isRecorded: false) : await host.PostAsync("/v2", Body);

        Assert.Equal(isBrought, reply.Headers.TryGetValue("traceresponse", out var trace));
        Assert.True(!isBrought || (trace!.StartsWith($"00-{_trace}-", StringComparison.Ordinal) && trace.EndsWith("-00", StringComparison.Ordinal)));
    }

    // The server makes an activity for its log all the same.
    [Fact]
    public async Task Answer_WhereNobodyTraces_SaysNothing()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await SendAsync(host, "/v2");

        Assert.DoesNotContain("traceresponse", reply.Headers.Keys);
        Assert.Empty(_spans.Ended);
    }

    private Task<Reply> SendAsync(HttpHost host, string path, bool isRecorded = true) =>
        host.PostAsync(path, Body, ("traceparent", $"00-{_trace}-{Caller}-{(isRecorded ? "01" : "00")}"));
}
