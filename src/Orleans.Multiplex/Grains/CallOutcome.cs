using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains;

/// <summary>A call of an own class under way; only its first outcome is logged and counted.</summary>
/// <param name="model">The model.</param>
/// <param name="entry">Its lines in the log; null when they are not wanted.</param>
/// <param name="telemetry">Counts it.</param>
/// <param name="time">The clock.</param>
internal sealed class CallOutcome(ModelName model, CallLog.Entry? entry, SiloTelemetry telemetry, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private bool _hasEnded;

    public void Succeed(bool isCold)
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
        {
            telemetry.Answered(isCold, time.GetElapsedTime(_startedAt));
            entry?.Succeed(isCold);
        }
    }

    public void Fail(Exception error)
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
        {
            telemetry.Failed(model, error);
            entry?.Fail(error);
        }
    }

    /// <summary>The caller ended it, which is neither a success nor a failure.</summary>
    public void EndEarly()
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
        {
            entry?.Fail("its caller ended it early");
        }
    }
}
