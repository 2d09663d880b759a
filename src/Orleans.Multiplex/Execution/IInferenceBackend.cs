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

    /// <summary>Opens the model. Called on a load thread, so it may compute and block.</summary>
    /// <exception cref="ModelLoadFailedException">The file is broken or refused.</exception>
    ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken);
}
