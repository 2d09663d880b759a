using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class LoopbackTests
{
    private static readonly string[] LocalPaths =
    [
        "/v2", "/v2/models/iris", "/v2/models/iris/versions/3", "/v2/models/iris/ready", "/v2/models/iris/versions/3/ready",
        "/v2/models/iris/config", "/v2/models/iris/versions/3/config",
        "/multiplex/silos", "/multiplex/models/iris",
    ];

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("none", false)]
    public async Task Reads_ByAddress_AnswerOnLoopbackOnly(string address, bool answered)
    {
        await using var host = await HttpHost.StartAsync();

        foreach (var path in LocalPaths)
        {
            var reply = await host.GetAsync(path, (HttpHost.RemoteAddressHeader, address));
            _ = answered ? reply.IsOk() : reply.IsError(HttpStatusCode.Forbidden, "loopback", "on the machine itself");
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-for")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("Via")]
    public async Task Reads_ThroughAProxyOnThisMachine_AreRefused(string header)
    {
        await using var host = await HttpHost.StartAsync();

        foreach (var path in LocalPaths)
        {
            (await host.GetAsync(path, (header, header == "Via" ? "1.1 proxy" : "for=10.0.0.1"))).IsError(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task InferenceAndHealth_FromElsewhere_Answer()
    {
        await using var host = await HttpHost.StartAsync();
        var elsewhere = (HttpHost.RemoteAddressHeader, "10.0.0.1");

        (await host.GetAsync("/v2/health/live", elsewhere)).IsOk();
        (await host.GetAsync("/v2/health/ready", elsewhere)).IsOk();
        (await host.PostAsync("/v2/models/iris/infer", """{"inputs":[]}""", elsewhere)).IsOk();
        (await host.PostAsync("/", """{"inputs":[]}""", elsewhere, ("serve_multiplexed_model_id", "iris"))).IsOk();
    }
}
