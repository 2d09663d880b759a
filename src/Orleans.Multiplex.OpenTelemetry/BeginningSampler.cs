using System.Collections.Frozen;
using System.Diagnostics;
using OpenTelemetry.Trace;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Which of the traces that would begin here are recorded: one in a hundred, of requests over HTTP and gRPC, of loads that no request began, and of what the application begins itself.
/// What Orleans does begins none: it either belongs to a request that was not recorded where it came in, of which nothing travels on, or is what silos always do.
/// </summary>
internal sealed class BeginningSampler : Sampler
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

    private readonly TraceIdRatioBasedSampler _ratio = new(Ratio);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) => IsCallOfAGrain(samplingParameters) || DoneByOrleans.Contains(samplingParameters.Name)
        ? new SamplingResult(SamplingDecision.Drop)
        : _ratio.ShouldSample(samplingParameters);

    // Orleans names them by interface and method.
    private static bool IsCallOfAGrain(in SamplingParameters span) =>
        span.Kind is ActivityKind.Client or ActivityKind.Server && span.Name.Contains('/', StringComparison.Ordinal);
}
