using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Execution.Scheduling;

/// <summary>A run that gives a result.</summary>
/// <typeparam name="T">The result.</typeparam>
internal abstract class ScheduledResult<T>(int priority, TimeSpan remaining, CancellationToken cancellationToken)
    : ScheduledRun(priority, remaining, cancellationToken)
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The result.</summary>
    public Task<T> Result => _done.Task;

    public sealed override bool HasSucceeded => _done.Task.IsCompletedSuccessfully;

    /// <summary>Ends it with its result.</summary>
    public void Succeed(T result)
    {
        EndOnce();
        _done.TrySetResult(result);
    }

    // Nobody may be waiting any more; an error nobody sees must not be reported as unobserved.
    public sealed override void Fail(Exception error)
    {
        Trace?.Fail(SpanTags.KindOf(error));
        EndOnce();
        _done.TrySetException(error);
        _ = _done.Task.Exception;
    }

    internal sealed override void RunAlone()
    {
        T result;
        try
        {
            using (Spans.Enter(Trace?.Span))
            {
                result = Run();
            }
        }
#pragma warning disable CA1031 // Whatever the run throws belongs to who waits for it, not to this thread.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail(error);
            return;
        }

        Succeed(result);
    }

    /// <summary>The run, on an inference thread.</summary>
    protected abstract T Run();

    protected sealed override void Cancel()
    {
        Trace?.Fail(ErrorKind.Cancelled);
        EndOnce();
        _done.TrySetCanceled(CancellationToken);
    }

    // Who waits finds out by its own clock; this is for the case that the thread sees it first.
    protected sealed override void Expire()
    {
        Trace?.Fail(ErrorKind.Timeout);
        Fail(new TimeoutException());
    }
}
