using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>One call of a model's grain while it lasts: it holds the model leased and its id readable below.</summary>
/// <param name="activation">The end of the activation that is called, which waits for the call.</param>
/// <param name="lease">The lease, which ends with the call.</param>
/// <param name="deadline">The timestamp at which the call's time is up.</param>
/// <param name="timeout">The time that was allowed.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellationToken">The caller's.</param>
internal sealed class ModelCall(
    ActivationEnd activation, ModelLease lease, long deadline, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken) : IDisposable
{
    private static readonly AsyncLocal<ModelCall?> CurrentCall = new();

    private long _deadline = deadline;
    private volatile bool _hasEnded;

    /// <summary>
    /// The call in whose flow of execution this is; null outside one. What a call leaves behind still flows from it when it has ended,
    /// and has no right to the model any more.
    /// </summary>
    public static ModelCall? Current => CurrentCall.Value is { _hasEnded: false } call ? call : null;

    public ModelLease Lease => lease;

    public CancellationToken CancellationToken => cancellationToken;

    /// <summary>The time left to the call.</summary>
    public TimeSpan Remaining =>
        time.GetElapsedTime(time.GetTimestamp(), Volatile.Read(ref _deadline)) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    public static long GetDeadline(TimeSpan timeout, TimeProvider time) =>
        time.GetTimestamp() + (long)(timeout.TotalSeconds * time.TimestampFrequency);

    /// <summary>Gives the call its whole time again: for each element of an enumeration, which as a whole may last as long as it likes.</summary>
    public void RestartTime() => Volatile.Write(ref _deadline, GetDeadline(timeout, time));

    /// <summary>Makes this the current call, and its model's id the current one, until the returned object is disposed.</summary>
    public IDisposable Enter(string model)
    {
        var outer = CurrentCall.Value;
        CurrentCall.Value = this;
        return new Scope(outer, MultiplexContext.Enter(model));
    }

    public void Dispose()
    {
        _hasEnded = true;
        lease.Dispose();
        activation.EndCall();
    }

    private sealed class Scope(ModelCall? outer, IDisposable context) : IDisposable
    {
        public void Dispose()
        {
            context.Dispose();
            CurrentCall.Value = outer;
        }
    }
}
