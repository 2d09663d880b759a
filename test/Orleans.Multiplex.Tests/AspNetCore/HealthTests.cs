using System.Net;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class HealthTests
{
    [Fact]
    public async Task Live_Always_IsOk()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnGetSilos = static () => throw new InvalidOperationException() });

        Assert.Equal("""{"live":true}""", (await host.GetAsync("/v2/health/live")).IsOk().Text);
    }

    [Fact]
    public async Task Ready_ASiloTakesModels_IsOk()
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal("""{"ready":true}""", (await host.GetAsync("/v2/health/ready")).IsOk().Text);
    }

    [Fact]
    public async Task Ready_NoSiloTakesModels_IsUnavailable()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetSilos = static () => Task.FromResult<System.Collections.Immutable.ImmutableArray<SiloResidency>>([FakeMultiplexClient.Silo(draining: true)]),
        });

        var reply = (await host.GetAsync("/v2/health/ready")).IsError(HttpStatusCode.ServiceUnavailable, "No silo");

        Assert.False(reply.Json.GetProperty("ready").GetBoolean());
    }

    [Fact]
    public async Task Ready_ClusterCannotBeReached_IsUnavailable()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetSilos = static () => throw new ClusterUnavailableException("", TimeSpan.FromSeconds(1)),
        });

        (await host.GetAsync("/v2/health/ready")).IsError(HttpStatusCode.ServiceUnavailable, "see whether the silos run");
    }

    [Fact]
    public async Task Ready_ProbedOften_AsksTheClusterOnceASecond()
    {
        var time = new FakeTimeProvider();
        await using var host = await HttpHost.StartAsync(time: time);

        (await host.GetAsync("/v2/health/ready")).IsOk();
        (await host.GetAsync("/v2/health/ready")).IsOk();
        Assert.Equal(1, host.Fake.SilosAsked);
        time.Advance(TimeSpan.FromSeconds(1));
        (await host.GetAsync("/v2/health/ready")).IsOk();

        Assert.Equal(2, host.Fake.SilosAsked);
    }
}
