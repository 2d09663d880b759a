using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;
using Orleans.Placement;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// A grain that serves models of an own class: the grain's key is the model's id (<c>id</c> or <c>id@version</c>, see
/// <see cref="ModelKey"/>). Derive from it, implement <see cref="LoadModelAsync"/>, and write grain methods that use the model; set the
/// number of models per silo by <see cref="MultiplexedAttribute"/>. Any Orleans client calls it like any grain.
/// </summary>
/// <remarks>
/// <para>
/// The model is loaded by the first call that needs it, once for all who wait, and stays until it is evicted, whichever activation
/// serves it. During a call it is leased: it is not released while the call runs, to the end of an <see cref="IAsyncEnumerable{T}"/>
/// result; an enumeration whose caller asks for no further element for <c>Multiplex:RequestTimeout</c>, or for 50 to 100 s where that is
/// less, is ended, since the caller may be gone. It is released once, by <see cref="IAsyncDisposable"/> or <see cref="IDisposable"/> where it has them: when it is evicted and
/// when the silo stops.
/// </para>
/// <para>
/// Asynchronous use runs on the grain: <c>await Model.PredictAsync(x)</c>. Synchronous use, which computes or blocks, belongs on the
/// inference threads: <c>await RunAsync(model => model.Predict(x))</c>. The class is reentrant: calls interleave where they await.
/// </para>
/// <para>
/// A call ends at its time, in <see cref="InferenceTimeoutException"/>: the time that the SDK was given, else <c>Multiplex:RequestTimeout</c>.
/// Then the method's <see cref="CancellationToken"/> is cancelled; code that goes on nevertheless keeps the model leased. An enumeration
/// that brings no time may last.
/// </para>
/// </remarks>
/// <typeparam name="TModel">The model.</typeparam>
[Multiplexed, KeepAlive, Reentrant, Immovable]
public abstract class MultiplexedGrain<TModel> : Grain, IIncomingGrainCallFilter
    where TModel : class
{
    private GrainCalls? _calls;

    /// <summary>The model's key as callers give it: <c>id</c> or <c>id@version</c>.</summary>
    protected string ModelId => GrainContext.GrainId.Key.ToString() ?? "";

    /// <summary>The model, leased for the current call.</summary>
    /// <exception cref="InvalidOperationException">There is no current call of this grain: for instance in a timer.</exception>
    protected TModel Model => (TModel)CurrentCall.Lease.Model;

    internal Task<TModel> LoadAsync(ModelArtifact artifact, CancellationToken cancellationToken) => LoadModelAsync(artifact, cancellationToken);

    internal ValueTask<long?> MeasureLoadedAsync(TModel model, CancellationToken cancellationToken) => MeasureAsync(model, cancellationToken);

    internal ValueTask WarmUpLoadedAsync(TModel model, CancellationToken cancellationToken) => WarmUpAsync(model, cancellationToken);

    private ModelCall CurrentCall => ModelCall.Current is { } call && ReferenceEquals(call.Lease.Resident.Pool, _calls?.Pool)
        ? call
        : throw new InvalidOperationException(
            $"There is no current call of model '{ModelId}', so no model is leased. Use the model within a grain call.");

    /// <summary>
    /// Claims room for the model. To prepare something for each model, do it in <see cref="LoadModelAsync"/>; for each activation, in the
    /// constructor.
    /// </summary>
    public sealed override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _calls = GrainContext.ActivationServices.GetRequiredService<GrainCalls>();
        return _calls.ActivateAsync(GetType(), new LoaderOpener<TModel>(this, GrainContext.ActivationServices), cancellationToken);
    }

    /// <summary>Leases the model around each call of the grain's own interfaces.</summary>
#pragma warning disable CA1033 // The runtime alone calls it; a derived class has RunAsync and Model.
    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) =>
        CallCancellation.Is(context) ? CallCancellation.BeginAsync(context) : _calls!.InvokeAsync(context);
#pragma warning restore CA1033

    /// <summary>
    /// Makes or reads the model. Runs once for all who wait, on a load thread until its first await, and not on the grain: it must not
    /// touch the grain's state.
    /// </summary>
    /// <param name="artifact">The model's id, its version, and its files where the class takes them from the store.</param>
    /// <param name="cancellationToken">Ends the load when the model is unloaded, the silo stops, or <c>Multiplex:Load:Timeout</c> has passed; never because a caller went away.</param>
    protected abstract Task<TModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken);

    /// <summary>
    /// Says how many bytes the loaded model takes, which are charged to the silo's quota. Default: null, so that only the number of models
    /// counts.
    /// </summary>
    /// <param name="model">The model just loaded.</param>
    /// <param name="cancellationToken">Ends the load.</param>
    protected virtual ValueTask<long?> MeasureAsync(TModel model, CancellationToken cancellationToken) => new((long?)null);

    /// <summary>
    /// Does what makes the first use of a model slower than the next ones, before it takes the place of an older version that answers. Runs on a load
    /// thread until its first await. Default: nothing.
    /// </summary>
    /// <param name="model">The model just loaded, which nobody uses yet.</param>
    /// <param name="cancellationToken">Ends it after some seconds, or with the load; the model is as warm as it is then.</param>
    protected virtual ValueTask WarmUpAsync(TModel model, CancellationToken cancellationToken) => default;

    /// <summary>Uses the model on an inference thread: for code that computes or blocks.</summary>
    /// <param name="use">The use; it must not touch the grain's state.</param>
    /// <exception cref="OverloadedException">Too much waits for an inference thread.</exception>
    /// <exception cref="InferenceTimeoutException">The call's time passed; the model stays leased until the use has ended.</exception>
    protected Task<TResult> RunAsync<TResult>(Func<TModel, TResult> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return _calls!.RunAsync(CurrentCall, ModelId, model => use((TModel)model));
    }

    /// <inheritdoc cref="RunAsync{TResult}(Func{TModel, TResult})"/>
    protected Task RunAsync(Action<TModel> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return _calls!.RunAsync(CurrentCall, ModelId, model =>
        {
            use((TModel)model);
            return true;
        });
    }

    /// <summary>
    /// Uses the model on an inference thread for an item together with those of other calls to the same model that wait for a thread: for models that are
    /// faster at several things at once than one after the other.
    /// </summary>
    /// <example>
    /// <code>
    /// public Task&lt;float&gt; PredictAsync(float[] row) => RunBatchedAsync(row, static (model, rows) => model.Predict(rows));
    /// </code>
    /// </example>
    /// <remarks>
    /// Items of one model alone go together, and of one function. Where the function throws, it is called again for each item by itself, so that only
    /// the one that is to blame fails. Items whose callers have gone are left out before it is called.
    /// </remarks>
    /// <param name="item">The item.</param>
    /// <param name="use">The function: gives a result for each item, in their order. It must not touch the grain's state, nor anything else of one call: make it static.</param>
    /// <param name="maxSize">The most items at once; above zero. Default: <c>Multiplex:Execution:MaxBatchSize</c>. What the first call of a function says holds.</param>
    /// <param name="maxDelay">How long an item waits for others although a thread is free; at most a minute. Default: <c>Multiplex:Execution:MaxQueueDelay</c>. What the first call of a function says holds.</param>
    /// <exception cref="ArgumentException">The function captures something of the call, or a size or delay is out of its range.</exception>
    /// <exception cref="OverloadedException">Too much waits for an inference thread.</exception>
    /// <exception cref="InferenceTimeoutException">The call's time passed; the model stays leased until the use has ended.</exception>
    protected Task<TResult> RunBatchedAsync<TItem, TResult>(
        TItem item, Func<TModel, IReadOnlyList<TItem>, IReadOnlyList<TResult>> use, int? maxSize = null, TimeSpan? maxDelay = null)
    {
        ArgumentNullException.ThrowIfNull(use);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSize ?? 1, 1, nameof(maxSize));
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDelay ?? TimeSpan.Zero, TimeSpan.Zero, nameof(maxDelay));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDelay ?? TimeSpan.Zero, ExecutionOptions.LongestQueueDelay, nameof(maxDelay));
        return _calls!.RunBatchedAsync(CurrentCall, ModelId, item, use, maxSize, maxDelay);
    }

    /// <summary>Uses the model on the grain: for code that awaits. The same as using <see cref="Model"/>.</summary>
    /// <param name="use">The use.</param>
    protected Task<TResult> RunAsync<TResult>(Func<TModel, Task<TResult>> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use(Model);
    }

    /// <inheritdoc cref="RunAsync{TResult}(Func{TModel, Task{TResult}})"/>
    protected Task RunAsync(Func<TModel, Task> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        return use(Model);
    }
}
