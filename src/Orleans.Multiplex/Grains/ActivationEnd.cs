using Orleans.Runtime.Placement;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Ends an activation, but not under a call: an enumeration is served by one activation to its end, and between two of its elements there
/// is no running request for which the runtime would wait.
/// </summary>
internal sealed class ActivationEnd(IGrainContext context)
{
    private int _calls;
    private volatile string? _reason;
    private volatile SiloAddress? _target;

    /// <summary>Whether it goes to another silo, and its model with it.</summary>
    public bool IsMoving => _target is not null;

    /// <summary>Keeps the activation until <see cref="EndCall"/>. Called before the first await of a request.</summary>
    public void BeginCall() => Interlocked.Increment(ref _calls);

    public void EndCall()
    {
        if (Interlocked.Decrement(ref _calls) == 0 && (_reason is not null || _target is not null))
        {
            EndSoon();
        }
    }

    /// <summary>Ends the activation as soon as no call keeps it, unless <see cref="Cancel"/> comes first.</summary>
    public void EndWhenIdle(string reason)
    {
        _reason = reason;
        EndSoon();
    }

    /// <summary>
    /// Moves the activation to another silo as soon as no call keeps it: the runtime lets its running requests end here and sends on what comes meanwhile. Completes when it
    /// has gone.
    /// </summary>
    public Task MoveWhenIdleAsync(SiloAddress target)
    {
        _target = target;
        EndSoon();
        return context.Deactivated;
    }

    /// <summary>The activation is needed after all, where it is or goes to.</summary>
    public void Cancel() => _reason = null;

    /// <summary>
    /// Ends an activation that has not finished activating: its requests are sent on. Not on its own scheduler, where the runtime would end
    /// it within this call and, when that is done, mark it as ending once more: a request that came to it after that would wait in it for
    /// ever.
    /// </summary>
    public Task EndUnfinishedAsync(string reason) => Task.Run(() => Deactivate(reason));

    // On the activation's own scheduler, and so between two requests: one that has begun there is seen here, and one that has not is sent to
    // the next activation.
    private void EndSoon() => context.Scheduler.QueueAction(() =>
    {
        if (Volatile.Read(ref _calls) > 0)
        {
            return;
        }

        if (_target is { } target)
        {
            context.Migrate(new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = target });
        }
        else if (_reason is { } reason)
        {
            Deactivate(reason);
        }
    });

    private void Deactivate(string reason) =>
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, reason), CancellationToken.None);
}
