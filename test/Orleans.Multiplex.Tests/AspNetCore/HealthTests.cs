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

    [Fact]
    public async Task Ready_WhenPinnedIsWanted_WaitsForAllPinsOnce()
    {
        var time = new FakeTimeProvider();
        var fake = new FakeMultiplexClient { Pins = [new PinReport("iris", PinOrigin.Settings, null), new PinReport("rose", PinOrigin.Operator, "silo-1")] };
        await using var host = await HttpHost.StartAsync(fake, static settings => settings["Multiplex:ReadyWhenPreloaded"] = "true", time: time);

        (await host.GetAsync("/v2/health/ready")).IsError(HttpStatusCode.ServiceUnavailable, "1 pinned models are not loaded yet.");
        fake.Pins = [new PinReport("iris", PinOrigin.Settings, "silo-1")];
        time.Advance(TimeSpan.FromSeconds(1));
        (await host.GetAsync("/v2/health/ready")).IsOk();
        fake.Pins = [new PinReport("iris", PinOrigin.Settings, null)];
        time.Advance(TimeSpan.FromSeconds(1));

        (await host.GetAsync("/v2/health/ready")).IsOk();
    }

    [Fact]
    public async Task Ready_PinsAreNotLoaded_DoesNotMindUnlessItIsWanted()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { Pins = [new PinReport("iris", PinOrigin.Settings, null)] });

        (await host.GetAsync("/v2/health/ready")).IsOk();
    }
}
