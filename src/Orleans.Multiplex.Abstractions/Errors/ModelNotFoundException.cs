namespace Orleans.Multiplex;

/// <summary>The store has no model, or no version of it, under this name.</summary>
[GenerateSerializer, Alias("multiplex.ModelNotFoundException")]
public sealed class ModelNotFoundException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="message">What was looked for, and where.</param>
    /// <param name="retryAfter">The time after which the store is asked again.</param>
    public ModelNotFoundException(string modelId, string message, TimeSpan? retryAfter = null)
        : base(modelId, message, retryAfter)
    {
    }
}
