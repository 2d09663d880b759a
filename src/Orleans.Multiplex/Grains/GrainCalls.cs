using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>The calls of one activation: each is led through the model's lease. Belongs to the activation's service scope.</summary>
internal sealed class GrainCalls(ModelAttachment attachment, GrainPools pools, InferenceScheduler scheduler, CallOptions options, TimeProvider time)
{
    private readonly AbandonedStreams _abandoned = new();

    /// <summary>The pool of the grain's class; null before activation.</summary>
    public ModelPool? Pool { get; private set; }

    public Task ActivateAsync(Type grainClass, IModelOpener opener, CancellationToken cancellationToken)
    {
        Pool = pools.Get(grainClass);
        return attachment.ActivateAsync(Pool, opener, cancellationToken);
    }

    /// <summary>
    /// Leads a call of the grain's own interfaces through the lease. The runtime's calls of what hangs on the grain, its extensions and
    /// timers, need no model and go straight on: a timer must neither load a model nor count as its use.
    /// </summary>
    public async Task InvokeAsync(IIncomingGrainCallContext context)
    {
        if (!context.Request.GetInterfaceType().IsInstanceOfType(context.Grain))
        {
            _abandoned.OnCall(context.Request);
            LeasedEnumerable.TryWrap(context.Request, this);
            await context.Invoke();
            return;
        }

        using var call = await BeginAsync(options.Timeout, context.Request.GetCancellationToken());
        using (call.Enter(attachment.Model))
        {
            await context.Invoke();
        }
    }

    /// <summary>Leases the model for a call that the caller ends by disposing it.</summary>
    public async ValueTask<ModelCall> BeginAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var deadline = ModelCall.GetDeadline(timeout, time);
        attachment.End.BeginCall();
        try
        {
            return new ModelCall(
                attachment.End, await attachment.AcquireAsync(timeout, cancellationToken), deadline, timeout, time, cancellationToken);
        }
        catch
        {
            attachment.End.EndCall();
            throw;
        }
    }

    /// <summary>Leases the model for a call with the default time.</summary>
    public ValueTask<ModelCall> BeginAsync(CancellationToken cancellationToken) => BeginAsync(options.Timeout, cancellationToken);

    /// <summary>Makes a call the current one, with the model's id readable below.</summary>
    public IDisposable Enter(ModelCall call) => call.Enter(attachment.Model);

    /// <summary>Runs a synchronous use on an inference thread. The model stays leased until it has ended, whoever still waits.</summary>
    public Task<TResult> RunAsync<TResult>(ModelCall call, string model, Func<object, TResult> use)
    {
        var lease = call.Lease.Share();
        return scheduler.RunAsync(
            model,
            _ =>
            {
                using (call.Enter(model))
                {
                    return use(lease.Model);
                }
            },
            call.Remaining,
            lease.Dispose,
            call.CancellationToken);
    }
}

/// <summary>How calls behave.</summary>
/// <param name="Timeout">The time allowed to a call that does not bring its own.</param>
/// <param name="MaxAnswerBytes">The most that an answer may take: a message over Orleans' limit would close the connection.</param>
internal sealed record CallOptions(TimeSpan Timeout, long MaxAnswerBytes);
