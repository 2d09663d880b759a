using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Which of the traces that would begin here are recorded: one in a hundred, or what the standard variables say, of requests over HTTP and gRPC, of loads that no request began, and of what the application begins itself.
/// What Orleans does begins none: it either belongs to a request that was not recorded where it came in, of which nothing travels on, or is what silos always do.
/// </summary>
internal sealed class BeginningSampler(Sampler chosen) : Sampler
{
    private const double Ratio = 0.01;

    private static readonly FrozenSet<string> DoneByOrleans =
    [
        ActivityNames.PlaceGrain,
        ActivityNames.FilterPlacementCandidates,
        ActivityNames.ActivateGrain,
        ActivityNames.OnActivate,
        ActivityNames.RegisterDirectoryEntry,
        ActivityNames.DeactivateGrain,
        ActivityNames.OnDeactivate,
        ActivityNames.StorageRead,
        ActivityNames.StorageWrite,
        ActivityNames.StorageClear,
    ];

    /// <summary>The one for these settings; null where <c>OTEL_TRACES_SAMPLER</c> names one that does not heed the parent.</summary>
    public static BeginningSampler? Find(IConfiguration configuration) => configuration["OTEL_TRACES_SAMPLER"] switch
    {
        null or "" => new(new TraceIdRatioBasedSampler(Ratio)),
        "parentbased_always_on" => new(new AlwaysOnSampler()),
        "parentbased_always_off" => new(new AlwaysOffSampler()),
        "parentbased_traceidratio" => new(new TraceIdRatioBasedSampler(ReadRatio(configuration["OTEL_TRACES_SAMPLER_ARG"]))),
        _ => null,
    };

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => IsCallOfAGrain(samplingParameters) || DoneByOrleans.Contains(samplingParameters.Name)
        ? new SamplingResult(SamplingDecision.Drop)
        : chosen.ShouldSample(samplingParameters);

    // As the standard has it: what is no ratio is all.
    private static double ReadRatio(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 ? ratio : 1;

    // Orleans names them by interface and method.
    private static bool IsCallOfAGrain(in SamplingParameters span) =>
        span.Kind is ActivityKind.Client or ActivityKind.Server && span.Name.Contains('/', StringComparison.Ordinal);
}
