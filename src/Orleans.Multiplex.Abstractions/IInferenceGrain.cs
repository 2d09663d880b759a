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
}
