using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Bodies;

namespace Orleans.Multiplex.AspNetCore.Metrics;

/// <summary>
/// What the HTTP and gRPC side has of its own to measure, in the meter of the silos: what it refuses itself, and the memory of the requests in flight. Of latencies and connections
/// ASP.NET Core tells. Made when the application starts, which is when its settings have been checked.
/// </summary>
internal sealed class GatewayInstruments(IMeterFactory meters, IServiceProvider services) : IHostedService
{
    private const string Reason = "multiplex.reason";

    private static readonly (RefusalReason Reason, KeyValuePair<string, object?> Tag)[] Reasons =
    [
        (RefusalReason.NoKey, new(Reason, "no_key")),
        (RefusalReason.WrongKey, new(Reason, "wrong_key")),
        (RefusalReason.NoRight, new(Reason, "no_right")),
        (RefusalReason.OtherModels, new(Reason, "other_models")),
        (RefusalReason.TooMany, new(Reason, "rate")),
        (RefusalReason.NotLocal, new(Reason, "not_local")),
        (RefusalReason.MaybeAWebPage, new(Reason, "no_control_header")),
    ];

    private static readonly KeyValuePair<string, object?> NoMemory = new(Reason, "bytes_in_flight");

    private readonly Meter _meter = meters.Create("Orleans.Multiplex");

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var refusals = services.GetRequiredService<RefusalLog>();
        var bytes = services.GetRequiredService<BytesInFlight>();
        _meter.CreateObservableCounter(
            "multiplex.gateway.refusals",
            () => Reasons.Select(one => new Measurement<long>(refusals.GetCount(one.Reason), one.Tag)).Append(new(bytes.Refused, NoMemory)),
            "{request}",
            "Requests that were refused before any silo was asked, by reason.");
        _meter.CreateObservableGauge("multiplex.gateway.in_flight", () => bytes.Charged, "By", "Bytes that the requests in flight take.");
        _meter.CreateObservableGauge("multiplex.gateway.in_flight.limit", () => bytes.Limit, "By", "Bytes that the requests in flight may take.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
