using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
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

    // Asked every few seconds by machines.
    private static readonly PathString[] Untraced =
    [
        "/metrics",
        "/v2/health",
        "/grpc.health.v1.Health",
    ];

    public static void AddTraces(this IOpenTelemetryBuilder telemetry, IConfiguration configuration)
    {
        if (!OtlpEndpoint.IsSet(configuration, "TRACES"))
        {
            return;
        }

        new SiloParts(telemetry.Services, configuration).AddActivityPropagation();
        telemetry.WithTracing(traces =>
        {
            traces.AddSource(Sources).AddAspNetCoreInstrumentation(static requests => requests.Filter = IsTraced).AddProcessor(new ErrorTexts()).AddOtlpExporter();

            // One that is set in code hides that of the standard variables: so those that heed the parent are made by them here, and the others are left to them.
            if (BeginningSampler.IsFor(configuration))
            {
                traces.SetSampler(services => new ParentBasedSampler(BeginningSampler.Make(configuration, services.GetRequiredService<TimeProvider>())));
            }
        });
    }

    private static bool IsTraced(HttpContext context) => !Array.Exists(Untraced, path => context.Request.Path.StartsWithSegments(path));

    /// <summary>Orleans adds its filters to the services of whatever this is; so it does not matter whether Orleans itself is added before or after.</summary>
    private sealed record SiloParts(IServiceCollection Services, IConfiguration Configuration) : ISiloBuilder;
}
