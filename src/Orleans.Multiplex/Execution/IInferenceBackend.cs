using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Execution;

/// <summary>An inference engine: it opens the models of the store. Its calls may come from any thread at once.</summary>
public interface IInferenceBackend
{
    /// <summary>The file of a model's folder that makes it a model of this backend: <c>model.onnx</c>.</summary>
    string ModelFileName { get; }

    /// <summary>
    /// Reads, without opening the model, what it takes and gives and how many bytes it will take when opened. Costs little: the weights
    /// are passed over.
    /// </summary>
    /// <exception cref="ModelLoadFailedException">The file is broken or refused.</exception>
    ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken);

    /// <summary>
    /// Whether <see cref="ProveAsync"/> opens models where that harms no silo. Where it does not, the other machines of the cluster are told before a
    /// version is opened for the first time, so that they refuse it should this one be lost. By default it does not.
    /// </summary>
    bool TriesModels => false;

    /// <summary>
    /// Makes sure that opening and running the model does no harm to the silo, before <see cref="OpenAsync"/> is called for it, and measures it on the
    /// way. Awaits what takes long, and does not block. By default a backend vouches for all of its models.
    /// </summary>
    /// <param name="artifact">The model.</param>
    /// <param name="cancellationToken">Ends the wait: with the time of the load, or with the silo, never by a caller.</param>
    /// <returns>The bytes of the process's memory that it was measured to take; null where it is not measured, and the estimate stands.</returns>
    /// <exception cref="ModelLoadFailedException">It did harm where it was tried; the message says what to do.</exception>
    /// <exception cref="NoCapacityException">It takes more memory than the silo may hold.</exception>
    ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new((long?)null);

    /// <summary>Opens the model. Called on a load thread, so it may compute and block.</summary>
    /// <exception cref="ModelLoadFailedException">The file is broken or refused.</exception>
    ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken);
}
