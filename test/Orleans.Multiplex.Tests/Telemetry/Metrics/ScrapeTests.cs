using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>The endpoint that Prometheus reads.</summary>
[Collection(MetersAlone.Name)]
public sealed class ScrapeTests
{
    private const string Pool = nameof(ScrapeTests);

    [Fact]
    public async Task Scrape_SaysWhatWasMeasured_InSecondsAndBytes()
    {
        using var silo = new MeasuredSilo();
        await using var host = await StartAsync();
        silo.Answer(silo.Names.Get(Pool, "a"), 3);

        var text = (await host.GetAsync("/metrics")).Text;

        Assert.Contains("# TYPE multiplex_request_duration_seconds histogram\n", text, StringComparison.Ordinal);
        Assert.Contains($$"""multiplex_request_duration_seconds_bucket{multiplex_model="a",multiplex_pool="{{Pool}}",le="0.001"} 3""", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE multiplex_gateway_in_flight_limit_bytes gauge\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("otel_scope_name", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Microsoft.AspNetCore.Hosting", "of-this-test", true)]
    [InlineData("Microsoft.AspNetCore.Hosting", "http.server.active_requests", false)]
    [InlineData("Microsoft.AspNetCore.RateLimiting", "of-this-test", true)]
    [InlineData("Microsoft.AspNetCore.Routing", "of-this-test", false)]
    [InlineData("Microsoft.AspNetCore.MemoryPool", "of-this-test", false)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", "of-this-test", true)]
    [InlineData("Microsoft.AspNetCore.Server.Kestrel", "kestrel.queued_requests", false)]
    [InlineData("Microsoft.Orleans", "of-this-test", true)]
    [InlineData("Microsoft.Orleans", "orleans-directory-cache-size", false)]
    public async Task Instruments_ThatWouldCostTooMuch_AreNotListenedTo(string name, string instrument, bool isListenedTo)
    {
        await using var host = await StartAsync();
        await host.GetAsync("/metrics");
        using var meter = new Meter(name);

        Assert.Equal(isListenedTo, meter.CreateCounter<long>(instrument).Enabled);
    }

    [Theory]
    [InlineData("OTEL_METRICS_EXPORTER", "prometheus", true)]
    [InlineData("OTEL_METRICS_EXPORTER", "none", false)]
    [InlineData("OTEL_SDK_DISABLED", "true", false)]
    public async Task Scrape_SettingsLeavePrometheusOut_CollectsNothingAndSaysWhy(string setting, string value, bool isThere)
    {
        await using var host = await StartAsync((setting, value));
        using var meter = new Meter("Orleans.Multiplex");

        var answer = await host.GetAsync("/metrics");

        Assert.Equal(isThere, meter.CreateCounter<long>("of-this-test").Enabled);
        Assert.Equal(isThere, answer.Text.Contains("multiplex_gateway_in_flight_bytes", StringComparison.Ordinal));
        if (!isThere)
        {
            answer.IsError(HttpStatusCode.NotFound, setting);
        }
    }

    [Fact]
    public async Task Scrape_SeriesHaveBegunAnew_TypeIsSaidOnce_AndThenTheyAreGone()
    {
        using var silo = new MeasuredSilo();
        silo.Models.AddGauge("multiplex.model.copies", null, "How many.", static () => []);
        await using var host = await StartAsync();
        silo.Answer(silo.Names.Get(Pool, "gone"));
        await host.GetAsync("/metrics");
        Assert.True(silo.Models.TryBeginAnew());

        var between = (await host.GetAsync("/metrics")).Text;
        var after = (await host.GetAsync("/metrics")).Text;

        Assert.Single(between.Split('\n'), "# TYPE multiplex_request_duration_seconds histogram");
        Assert.Contains("multiplex_model=\"gone\"", between, StringComparison.Ordinal);
        Assert.DoesNotContain("multiplex_model=\"gone\"", after, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Map_WithoutTelemetry_SaysWhatIsMissing()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => HttpHost.StartAsync(map: static app => app.MapMultiplexMetrics()));

        Assert.Contains("AddMultiplexTelemetry()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_OfAnotherMachine_IsRefused()
    {
        await using var host = await StartAsync();

        (await host.GetAsync("/metrics", (HttpHost.RemoteAddressHeader, "10.0.0.1"))).IsError(HttpStatusCode.Forbidden, "loopback");
    }

    private static Task<HttpHost> StartAsync((string Name, string Value)? setting = null) => HttpHost.StartAsync(map: static app => app.MapMultiplexMetrics(), build: builder =>
    {
        if (setting is var (name, value))
        {
            builder.Configuration[name] = value;
        }

        builder.AddMultiplexTelemetry();
        builder.Services.Configure<PrometheusAspNetCoreOptions>(static exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0);
    });
}
