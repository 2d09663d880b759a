using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Which of the traces that would begin here are recorded: ten a second, or what the standard variables say, of requests over HTTP and gRPC, of loads that no request began, and of what the application begins itself.
/// What Orleans does begins none: it either belongs to a request that was not recorded where it came in, of which nothing travels on, or is what silos always do.
/// </summary>
internal sealed class BeginningSampler(Sampler chosen) : Sampler
{
    private const int PerSecond = 10;
    private const string SamplerName = "OTEL_TRACES_SAMPLER";
    private const string AlwaysOn = "parentbased_always_on";
    private const string AlwaysOff = "parentbased_always_off";
    private const string Ratio = "parentbased_traceidratio";

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

    /// <summary>Whether there is one for these settings: <c>OTEL_TRACES_SAMPLER</c> may name one that does not heed the parent, or that is not known here.</summary>
    public static bool IsFor(IConfiguration configuration) =>
        configuration[SamplerName] is null or "" or AlwaysOn or AlwaysOff or Ratio;

    /// <summary>The one for these settings.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="time">The clock.</param>
    public static BeginningSampler Make(IConfiguration configuration, TimeProvider time) => new(configuration[SamplerName] switch
    {
        AlwaysOn => new AlwaysOnSampler(),
        AlwaysOff => new AlwaysOffSampler(),
        Ratio => new TraceIdRatioBasedSampler(ReadRatio(configuration[$"{SamplerName}_ARG"])),
        _ => new PacedSampler(PerSecond, time),
    });

    /// <summary>A trace that was to be recorded is not, after all: another may be in its place.</summary>
    public void GiveBack() => (chosen as PacedSampler)?.GiveBack();

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
