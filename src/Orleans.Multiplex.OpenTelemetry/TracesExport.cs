using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Instrumentation.AspNetCore;
using OpenTelemetry.Trace;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Which spans are made, and where they go. There are none, and no grain call is looked at, where they would go nowhere.</summary>
internal static class TracesExport
{
    private static readonly string[] Sources =
    [
        "Orleans.Multiplex*",
        "Microsoft.Orleans.*",
    ];

    public static void AddTraces(this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        if (!new ChosenExporters(configuration, ChosenExporters.Traces).HasOtlp)
        {
            return;
        }

        if (new ChosenPropagators(configuration).Make() is { } propagator)
        {
            Sdk.SetDefaultTextMapPropagator(propagator);
        }

        new SiloParts(telemetry.Services, configuration).AddActivityPropagation();
        telemetry.WithTracing(traces =>
        {
            traces.AddSource(Sources).AddAspNetCoreInstrumentation().AddProcessor(new ErrorTexts()).AddOtlpExporter();
            if (!BeginningSampler.IsFor(configuration))
            {
                telemetry.Services.AddSingleton(new TracedRequests(sampler: null));
                return;
            }

            // One that is set in code hides that of the standard variables: so those that heed the parent are made by them here, and the others are left to them.
            telemetry.Services.AddSingleton(services => BeginningSampler.Make(configuration, services.GetRequiredService<TimeProvider>()));
            telemetry.Services.AddSingleton(static services => new TracedRequests(services.GetRequiredService<BeginningSampler>()));
            traces.SetSampler(static services => new ParentBasedSampler(services.GetRequiredService<BeginningSampler>()));
        });
        telemetry.Services.AddOptions<AspNetCoreTraceInstrumentationOptions>().Configure<TracedRequests>(static (requests, traced) => requests.Filter = traced.IsTraced);
    }

    /// <summary>Orleans adds its filters to the services of whatever this is; so it does not matter whether Orleans itself is added before or after.</summary>
    private sealed record SiloParts(IServiceCollection Services, IConfiguration Configuration) : ISiloBuilder;
}
