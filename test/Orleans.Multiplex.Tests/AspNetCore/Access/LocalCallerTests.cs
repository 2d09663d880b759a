using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>Who counts as being on this machine, where no keys are configured.</summary>
public sealed class LocalCallerTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("none", false)]
    public async Task Address_OfTheCaller_IsLoopbackOrRefused(string address, bool answered)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = await host.GetAsync("/v2", (HttpHost.RemoteAddressHeader, address));

        _ = answered ? reply.IsOk() : reply.IsError(HttpStatusCode.Forbidden, "loopback", "on the machine itself", "Multiplex:ApiKeys");
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8000", true)]
    [InlineData("127.0.0.1:8000", true)]
    [InlineData("127.1.2.3", true)]
    [InlineData("[::1]", true)]
    [InlineData("[::1]:8000", true)]
    [InlineData("models.example", false)]
    [InlineData("models.example:8000", false)]
    [InlineData("127.0.0.1.models.example", false)]
    [InlineData("localhost.models.example", false)]
    [InlineData("10.0.0.1:8000", false)]
    [InlineData("[2001:db8::1]", false)]
    [InlineData("", false)]
    public async Task Host_ThatTheCallerAskedFor_IsLoopbackOrRefused(string name, bool answered)
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(answered ? 200 : 403, await host.SendRawAsync($"GET /v2 HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"));
        Assert.Equal(403, await host.SendRawAsync("GET /v2 HTTP/1.0\r\n\r\n"));
    }

    [Theory]
    [InlineData("HTTP/1.1", 200)]
    [InlineData("HTTP/1.0", 403)] // a proxy that passes on neither the Host nor a header of its own
    public async Task Protocol_OfOldProxies_IsRefused(string protocol, int status)
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(status, await host.SendRawAsync($"GET /v2 {protocol}\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("x-forwarded-for")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Original-For")]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("CF-Connecting-IP")]
    [InlineData("Via")]
    public async Task Headers_OfAProxy_AreRefused(string header)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.GetAsync("/v2", (header, header == "Via" ? "1.1 proxy" : "for=10.0.0.1"))).IsError(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task UnixSocket_OfNobodyKnown_IsRefusedAndInferenceAnswers()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.GetAsync("/multiplex/silos", (HttpHost.RemoteAddressHeader, "none"))).IsError(HttpStatusCode.Forbidden);
        (await host.PostAsync("/v2/models/iris/infer", """{"inputs":[]}""", (HttpHost.RemoteAddressHeader, "none"))).IsOk();
    }
}
