using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Grains;

/// <summary>The calls of one activation: each is led through the model's lease. Belongs to the activation's service scope.</summary>
internal sealed class GrainCalls(
    ModelAttachment attachment, GrainPools pools, InferenceScheduler scheduler, ItemBatches batches, CallOptions options, TimeProvider time, CallLog log, SiloTelemetry telemetry)
{
    // What runs on an inference thread ends at the deadline and says where the time went; it gets this long to end the call itself.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

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
        var left = CallTime.Take();
        if (!context.Request.GetInterfaceType().IsInstanceOfType(context.Grain))
        {
            _abandoned.OnCall(context.Request);
            LeasedEnumerable.TryWrap(context.Request, this, left);
            await context.Invoke();
            return;
        }

        using var span = Spans.Start(SpanNames.Call, attachment.Model)?.SetTag(SpanTags.Pool, Pool?.Name);
        var outcome = StartCall();
        try
        {
            var call = await BeginAsync(left, context.Request.GetCancellationToken());
            await InvokeInTimeAsync(call, context);
            outcome.Succeed(call.Lease);
            span?.SetTag(SpanTags.IsCold, call.Lease.IsCold);
        }
        catch (Exception error)
        {
            OwnErrors.Mark(error);
            outcome.Fail(error);
            span?.Fail(error);
            throw;
        }
    }

    /// <summary>A call begins, whose outcome is to be told.</summary>
    public CallOutcome StartCall() =>
        new(new ModelName(Pool?.Name ?? "", attachment.Key?.Id ?? attachment.Model, attachment.FoundVersion ?? 0), log.Start(attachment.Model), telemetry, time);

    /// <summary>Leases the model for a call that the caller ends by disposing it.</summary>
    /// <param name="left">The time that the call brings; null for the default.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public async ValueTask<ModelCall> BeginAsync(TimeSpan? left, CancellationToken cancellationToken)
    {
        var timeout = options.GetTimeout(attachment.Model, left);
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

    /// <summary>Waits for what a call does, until the call's time is up.</summary>
    /// <exception cref="InferenceTimeoutException">The time is up; what the call does goes on, with the model leased.</exception>
    public async Task WaitAsync(ModelCall call, Task running)
    {
        try
        {
            await running.WaitAsync(call.Remaining + Patience, time);
        }
        catch (TimeoutException error) when (!ReferenceEquals(error, running.Exception?.InnerException))
        {
            throw new InferenceTimeoutException(attachment.Model, "while it ran");
        }
    }

    /// <summary>The pauses of an enumeration, each at most as long as a call.</summary>
    public StreamPause CreatePause(Func<Task> endAsync) => new(options.Timeout, time, endAsync);

    /// <summary>What an enumeration ends in whose caller paused for too long.</summary>
    public InferenceTimeoutException MakePauseError() => new(attachment.Model, "waiting for its caller to ask for the next element");

    /// <summary>Makes a call the current one, with the model's id readable below.</summary>
    public IDisposable Enter(ModelCall call) => call.Enter(attachment.Model);

    /// <summary>Runs a synchronous use on an inference thread. The model stays leased until it has ended, whoever still waits.</summary>
    public Task<TResult> RunAsync<TResult>(ModelCall call, string model, Func<object, TResult> use) =>
        scheduler.RunAsync(
            scheduler.GetRuns(call.Lease.Resident, model), new ModelUse<TResult>(call, model, call.Lease.Share(), use));

    /// <summary>Runs an item on an inference thread, with those of other calls. The model stays leased until it has ended, whoever still waits.</summary>
    public Task<TResult> RunBatchedAsync<TModel, TItem, TResult>(
        ModelCall call, string model, TItem item, Func<TModel, IReadOnlyList<TItem>, IReadOnlyList<TResult>> use, int? maxSize, TimeSpan? maxDelay)
        where TModel : class
    {
        var resident = call.Lease.Resident;
        var kind = batches.Get(resident, model, use, maxSize, maxDelay);
        return scheduler.RunAsync(
            scheduler.GetRuns(resident, model), new ItemRun<TItem, TResult>(call, call.Lease.Share(), item, kind) { Kind = kind });
    }

    private async Task InvokeInTimeAsync(ModelCall call, IIncomingGrainCallContext context)
    {
        var running = InvokeAsync(call, context);
        try
        {
            await WaitAsync(call, running);
        }
        finally
        {
            if (!running.IsCompleted)
            {
                // What outlasts its call is told so, whether it heeds that or not. Nobody waits for how it ends.
                _ = Task.Run(context.Request.TryCancel, CancellationToken.None);
                _ = running.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
            }
        }
    }

    private async Task InvokeAsync(ModelCall call, IIncomingGrainCallContext context)
    {
        using (call)
        using (Enter(call))
        {
            await context.Invoke();
        }
    }
}
