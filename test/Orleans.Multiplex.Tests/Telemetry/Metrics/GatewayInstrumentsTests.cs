using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

public sealed class GatewayInstrumentsTests
{
    [Fact]
    public async Task Refusals_AreCountedByReason()
    {
        await using var host = await HttpHost.StartAsync(settings: static values =>
            (values["Multiplex:ApiKeys:ci:Hash"], values["Multiplex:ApiKeys:ci:Rights"]) = ($"sha256:{new string('0', 64)}", "read"));
        using var meter = new RecordedMeter(host.Services.GetRequiredService<IMeterFactory>());
        (await host.GetAsync("/multiplex/silos")).IsError(HttpStatusCode.Unauthorized);
        (await host.GetAsync("/multiplex/silos", ("authorization", "Bearer x"))).IsError(HttpStatusCode.Unauthorized);
        (await host.GetAsync("/multiplex/silos", ("authorization", "Bearer y"))).IsError(HttpStatusCode.Unauthorized);

        var counted = meter.Observe("multiplex.gateway.refusals");

        Assert.Equal(8, counted.Length);
        Assert.Equal(
            ["multiplex.gateway.refusals{multiplex.reason=no_key} 1", "multiplex.gateway.refusals{multiplex.reason=wrong_key} 2"],
            counted.Where(static line => !line.EndsWith(" 0", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task BytesInFlight_AreMeasured_AndThatTheyAreTooMany()
    {
        await using var host = await HttpHost.StartAsync(settings: static values => (values["Multiplex:MaxRequestBytes"], values["Multiplex:MaxBytesInFlight"]) = ("1KiB", "2KiB"));
        using var meter = new RecordedMeter(host.Services.GetRequiredService<IMeterFactory>());
        using var account = host.InFlight.Open("m");
        account.Charge(1500);
        Assert.Throws<OverloadedException>(() => account.Charge(1000));

        var measured = meter.Observe();

        Assert.Contains("multiplex.gateway.in_flight{} 1500", measured);
        Assert.Contains("multiplex.gateway.in_flight.limit{} 2048", measured);
        Assert.Contains("multiplex.gateway.refusals{multiplex.reason=bytes_in_flight} 1", measured);
    }
}
