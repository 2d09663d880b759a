using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>
/// Calls models from any Orleans client or silo. A call whose silo leaves or dies is sent again until its deadline: inference has no
/// side effects. Its members may be called from any thread at once.
/// </summary>
public interface IMultiplexClient
{
    /// <summary>Runs a model of the store.</summary>
    /// <param name="modelId">The model: <c>id</c>, or <c>id@version</c>.</param>
    /// <param name="inputs">The inputs, each named as the model names it.</param>
    /// <param name="options">Outputs wanted and time allowed; null for all outputs within the client's default time.</param>
    /// <param name="cancellationToken">Ends this call's wait; a load that it shares with others goes on.</param>
    /// <exception cref="MultiplexException">Why there is no answer, as one of its kinds.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<InferenceResponse> InferAsync(
        string modelId, IEnumerable<ModelValue> inputs, InferenceOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>
    /// Calls a grain with the client's retries: what fails because a silo left or died, or because the model was unloaded under the
    /// call, is sent again until the deadline. For own multiplexed grains, whose methods must bear being called twice. What a method itself
    /// throws reaches the caller at once, as it is.
    /// </summary>
    /// <remarks>
    /// The time goes with the call: its silo ends it at the deadline, with the error that says what the time went to. To read an
    /// <see cref="IAsyncEnumerable{T}"/> in time, read it to its end within <paramref name="call"/>: what is left at the begin of the try
    /// is for the whole of it.
    /// </remarks>
    /// <typeparam name="TGrain">The grain's interface.</typeparam>
    /// <typeparam name="TResult">What the call returns.</typeparam>
    /// <param name="modelId">The model: <c>id</c>, or <c>id@version</c>.</param>
    /// <param name="call">The call; made again for each try.</param>
    /// <param name="options">Time allowed; null for the client's default.</param>
    /// <param name="cancellationToken">Ends the call's wait.</param>
    /// <exception cref="MultiplexException">Why there is no answer, as one of its kinds.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    Task<TResult> CallAsync<TGrain, TResult>(
        string modelId, Func<TGrain, CancellationToken, Task<TResult>> call, InferenceOptions? options = null, CancellationToken cancellationToken = default)
        where TGrain : IGrainWithStringKey;

    /// <summary>The versions, inputs and outputs of a model of the store. Loads nothing.</summary>
    /// <exception cref="ModelLoadingException">They are not known before it is loaded: no silo has its file, which is large.</exception>
    /// <exception cref="MultiplexException">There is no such model, it cannot be read, or the store is unavailable.</exception>
    Task<ModelDescription> DescribeAsync(string modelId, CancellationToken cancellationToken = default);

    /// <summary>What each silo that holds models has.</summary>
    Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Lists the models of the store, part by part, each with what it is in the cluster; or, of all silos, the models that are ready. Loads nothing.
    /// </summary>
    /// <param name="after">After which model the list goes on (<see cref="ModelIndexPage.Next"/>); null for its beginning.</param>
    /// <param name="limit">The most models of one part; from 1 to 10,000.</param>
    /// <param name="readyOnly">Whether only models that are ready are wanted.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer or refuses.</exception>
    Task<ModelIndexPage> GetIndexAsync(string? after = null, int limit = 1000, bool readyOnly = false, CancellationToken cancellationToken = default);

    /// <summary>
    /// Loads a model of the store where it is not resident, and waits for that. It pins nothing: others may take its room again. A failure
    /// that is remembered is put aside, so that a broken model is tried at once.
    /// </summary>
    /// <exception cref="MultiplexException">Why it is not resident, as one of its kinds.</exception>
    Task LoadAsync(string modelId, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IModelControlGrain.UnloadAsync"/>
    /// <exception cref="InferenceTimeoutException">Requests still use it; it takes no new ones, and goes with the last of them.</exception>
    Task UnloadAsync(string modelId, CancellationToken cancellationToken = default);

    /// <summary>
    /// Pins a model of the store and waits until it is loaded: it is never evicted from now on, and loaded without being asked for, also
    /// elsewhere when its silo has gone. A model that cannot be loaded is not pinned.
    /// </summary>
    /// <exception cref="PinRefusedException">No silo has room for it beside the models that are pinned already.</exception>
    /// <exception cref="ModelLoadingException">It is pinned, and its load takes longer than the time of a call; it goes on.</exception>
    /// <exception cref="MultiplexException">There is no such model, it cannot be loaded, or the store is unavailable.</exception>
    Task PinAsync(string modelId, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IModelControlGrain.UnpinAsync"/>
    Task UnpinAsync(string modelId, CancellationToken cancellationToken = default);

    /// <summary>The pins, in the order of their names, each with the silo on which its model is loaded.</summary>
    Task<ImmutableArray<PinReport>> GetPinsAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IModelControlGrain.GetQuarantineAsync"/>
    Task<ImmutableArray<QuarantineReport>> GetQuarantineAsync(CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IModelControlGrain.ClearQuarantineAsync"/>
    Task<ImmutableArray<QuarantineReport>> ClearQuarantineAsync(string modelId, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="IModelControlGrain.DrainAsync"/>
    Task DrainAsync(string silo, CancellationToken cancellationToken = default);

    /// <summary>What each silo that holds models has counted of late, in slots of five seconds. A silo that does not answer within a second is left out.</summary>
    /// <param name="slots">How many of the last slots are wanted, from 1 to 180 (a quarter of an hour).</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<ImmutableArray<SiloHistory>> GetHistoryAsync(int slots = SiloHistory.MostSlots, CancellationToken cancellationToken = default);

    /// <summary>
    /// What has happened in the cluster: loads, evictions with their reasons, failures, refusals, placements, silos that come and go. To follow it, ask again after each page's position, at once where
    /// it says that there is more. What a silo that does not answer within a second has to tell comes with a later page.
    /// </summary>
    /// <param name="after">The position of an earlier page, for what came after it; null for the last events.</param>
    /// <param name="last">How many of the last events are wanted where no position is given, 0 to 1,000. With 0 the page is where the events to come begin.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidEventPositionException">The text is no position.</exception>
    Task<ClusterEventPage> GetEventsAsync(string? after = null, int last = 100, CancellationToken cancellationToken = default);

    /// <summary>Where a model is and why it was placed there, what happened to it, or its last failure and the time of the next try.</summary>
    Task<ModelReport> GetModelAsync(string modelId, CancellationToken cancellationToken = default);

    /// <summary>
    /// What the live silos have counted of the requests to models of the store, summed, in the order of ids and versions. A model that never
    /// ran has one entry of zeros when it is asked for. Loads nothing. A silo that does not answer within a second is left out.
    /// </summary>
    /// <param name="modelId">The model: <c>id</c> for all versions of which something was counted, or <c>id@version</c>; null for all models that ran or are resident, at most 10,000 of them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MultiplexException">Nothing was counted of this model, and the store does not have it or cannot be asked.</exception>
    Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? modelId = null, CancellationToken cancellationToken = default);
}
