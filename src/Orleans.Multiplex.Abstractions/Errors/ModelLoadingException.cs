namespace Orleans.Multiplex;

/// <summary>The deadline of the request passed while its model was still being loaded; the load goes on.</summary>
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
}
