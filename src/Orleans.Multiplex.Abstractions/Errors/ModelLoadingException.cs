namespace Orleans.Multiplex;

/// <summary>
/// The deadline of the request passed while its model was still being loaded, and the load goes on; or the request asks for what is not known of a large
/// model before it is loaded.
/// </summary>
[GenerateSerializer, Alias("multiplex.ModelLoadingException")]
public sealed class ModelLoadingException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="state">What the load was waiting for or doing.</param>
    /// <param name="retryAfter">What is likely left of the load.</param>
    public ModelLoadingException(string modelId, string state, TimeSpan retryAfter)
        : base(modelId, $"Model '{modelId}' is still being loaded ({state}); the load goes on. Try again, or give the request more time.", retryAfter)
    {
    }

    private ModelLoadingException(string modelId, string message)
        : base(modelId, message, TimeSpan.FromSeconds(5))
    {
    }

    /// <summary>What a model is has been asked for, and nobody has its files.</summary>
    internal static ModelLoadingException OfUnread(string modelId, long bytes) => new(
        modelId,
        $"What model '{modelId}' takes and gives is not known before it is loaded: it has {new ByteSize(bytes)}, which are not fetched for a question. "
        + "Send it a request, or load it (POST /v2/repository/models/{model}/load).");
}
