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
        if (TryCountAnswered(lease))
        {
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

    /// <summary>The caller ended it when it had a part of its answer.</summary>
    public void EndEarly(in ModelLease lease)
    {
        if (TryCountAnswered(lease))
        {
            entry?.Fail("its caller ended it early");
        }
    }

    private bool TryCountAnswered(in ModelLease lease)
    {
        if (Interlocked.Exchange(ref _hasEnded, true))
        {
            return false;
        }

        telemetry.Answered(new AnsweredRequest(lease.Resident.Series, time.GetElapsedTime(_startedAt), lease.IsCold ? lease.Waited : null));
        return true;
    }
}
