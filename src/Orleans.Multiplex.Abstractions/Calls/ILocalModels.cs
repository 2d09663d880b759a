namespace Orleans.Multiplex.Calls;

/// <summary>The models of the store that are resident in this process: they answer without a message between grains.</summary>
internal interface ILocalModels
{
    /// <summary>The silo of this process.</summary>
    SiloAddress Silo { get; }

    /// <summary>Answers a request whose model is resident here and warm.</summary>
    /// <param name="model">The model as the caller names it, checked.</param>
    /// <param name="request">The request, with its time.</param>
    /// <param name="mayRunHere">Whether a short run may have the caller's thread, since the caller awaits the answer before it does anything else.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The answer to come; null where the model's grain is to be called instead.</returns>
    Task<InferenceResponse>? TryInferAsync(string model, InferenceRequest request, bool mayRunHere, CancellationToken cancellationToken);

    /// <summary>Whether a model has its grain in this process, so that a request for it most likely has its run here.</summary>
    /// <param name="model">The model as the caller names it, checked.</param>
    bool IsHere(string model);
}
