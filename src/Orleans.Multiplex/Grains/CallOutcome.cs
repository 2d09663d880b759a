using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Metrics;

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

    /// <summary>It was answered by the model that the lease is of.</summary>
    public void Succeed(in ModelLease lease)
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
        {
            telemetry.Answered(new AnsweredRequest(lease.Resident.Series, time.GetElapsedTime(_startedAt), lease.IsCold ? lease.Waited : null));
            entry?.Succeed(lease.IsCold);
        }
    }

    public void Fail(Exception error)
    {
        if (!Interlocked.Exchange(ref _hasEnded, true))
        {
            telemetry.Failed(model, error, time.GetElapsedTime(_startedAt));
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
