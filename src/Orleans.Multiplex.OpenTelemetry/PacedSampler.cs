using OpenTelemetry.Trace;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>
/// Records so many traces a second in the long run. Where there is little traffic that is all of it, and whoever tries one request finds its trace; under heavy traffic a share of it, as it is with the usual
/// ratio, would cost the more the busier the process is, and tell nothing more.
/// </summary>
/// <param name="perSecond">How many in the long run, and at once after a pause.</param>
/// <param name="time">The clock.</param>
internal sealed class PacedSampler(int perSecond, TimeProvider time) : Sampler
{
    private readonly RateLimit _limit = new(perSecond, perSecond, time);

    /// <summary>One that was to be recorded is not.</summary>
    public void GiveBack() => _limit.GiveBack();

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(_limit.TryTake(out _) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
}
