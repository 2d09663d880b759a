namespace Orleans.Multiplex.Calls.Copies;

/// <summary>
/// The way to a copy of a model of the store on one silo, which its key names beside the model (<see cref="CopyAddress"/>). It loads nothing: where the model is not ready,
/// the caller goes to the model's own grain.
/// </summary>
[Alias("multiplex.ICopyGrain")]
internal interface ICopyGrain : IGrainWithStringKey
{
    /// <summary>Runs the copy on the inputs of the request.</summary>
    /// <exception cref="ModelUnloadedException">There is no copy on that silo, or the silo has gone.</exception>
    /// <exception cref="MultiplexException">Why there is no answer, as one of its kinds.</exception>
    [Alias("Infer")]
    Task<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default);
}
