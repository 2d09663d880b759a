using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>What goes to a collector, which is a server of this process.</summary>
[Collection(MetersAlone.Name)]
public sealed class OtlpTests
{
    [Fact]
    public async Task Export_EndpointIsSet_SendsTheMetersAndTheNameOfTheService()
    {
        using var silo = new MeasuredSilo();
        var received = Channel.CreateUnbounded<(string Path, string Body)>();
        await using var collector = await StartCollectorAsync(received.Writer);
        using var host = Build(collector.Urls.Single());
        await host.StartAsync(TestContext.Current.CancellationToken);
        silo.Answer(silo.Names.Get("OtlpTests", "a-model"));

        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        var (path, body) = await received.Reader.ReadAsync(TestContext.Current.CancellationToken);
        Assert.Equal("/v1/metrics", path);
        Assert.Contains("multiplex.request.duration", body, StringComparison.Ordinal);
        Assert.Contains("a-model", body, StringComparison.Ordinal);
        Assert.Contains("my-service", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prometheus")]
    [InlineData("none")]
    public async Task Export_OtherExportersAreNamed_SendsNothing(string exporters)
    {
        using var silo = new MeasuredSilo();
        var received = Channel.CreateUnbounded<(string Path, string Body)>();
        await using var collector = await StartCollectorAsync(received.Writer);
        using var host = Build(collector.Urls.Single(), exporters);
        await host.StartAsync(TestContext.Current.CancellationToken);
        silo.Answer(silo.Names.Get("OtlpTests", "a-model"));

        host.Services.GetRequiredService<MeterProvider>().ForceFlush();

        Assert.False(received.Reader.TryRead(out _));
    }

    private static IHost Build(string? endpoint, string? exporters = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration["OTEL_METRICS_EXPORTER"] = exporters;
        builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint;
        builder.Configuration["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        builder.Configuration["OTEL_SERVICE_NAME"] = "my-service";
        builder.AddMultiplexTelemetry();
        return builder.Build();
    }

    private static async Task<WebApplication> StartCollectorAsync(ChannelWriter<(string Path, string Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = builder.Build();
        collector.MapFallback(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            await received.WriteAsync((context.Request.Path, await reader.ReadToEndAsync(context.RequestAborted)));
        });
        await collector.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }
}
