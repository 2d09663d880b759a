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

    // The server makes an activity for its log all the same.
    [Fact]
    public async Task Answer_WhereNobodyTraces_SaysNothing()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await SendAsync(host, "/v2");

        Assert.DoesNotContain("traceresponse", reply.Headers.Keys);
        Assert.Empty(_spans.Ended);
    }

    private Task<Reply> SendAsync(HttpHost host, string path) => host.PostAsync(path, Body, ("traceparent", $"00-{_trace}-{Caller}-01"));
}
