namespace Orleans.Multiplex;

/// <summary>A model of the store, served. The grain's key is the model's: <c>id</c> or <c>id@version</c> (<see cref="ModelKey"/>).</summary>
[Alias("multiplex.IInferenceGrain")]
public interface IInferenceGrain : IGrainWithStringKey
{
    /// <summary>
    /// Runs the model on the inputs of the request; loads it first where it is not resident. Cancelling ends this call's own wait,
    /// never the load, which other callers share.
    /// </summary>
    /// <exception cref="MultiplexException">Why there is no answer, as one of its kinds.</exception>
    [Alias("Infer")]
    Task<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Loads the model where it is not resident, and waits for that; counts as a use of it. Cancelling ends this call's own wait, never the load.
    /// </summary>
    /// <param name="timeout">What is left of the call's time; null for the silo's default.</param>
    /// <param name="retry">Whether a failure that is remembered is put aside, so that a broken model is tried at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MultiplexException">Why it is not resident, as one of its kinds.</exception>
    [Alias("Load")]
    Task LoadAsync(TimeSpan? timeout, bool retry, CancellationToken cancellationToken = default);
}
