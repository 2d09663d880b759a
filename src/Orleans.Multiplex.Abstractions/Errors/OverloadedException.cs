namespace Orleans.Multiplex;

/// <summary>A queue, or the bytes in flight, are full: the request was refused before any work.</summary>
[GenerateSerializer, Alias("multiplex.OverloadedException")]
public sealed class OverloadedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="message">Which queue is full, and its limit.</param>
    /// <param name="retryAfter">The time after which there is likely to be a place.</param>
    public OverloadedException(string modelId, string message, TimeSpan retryAfter)
        : base(modelId, message, retryAfter)
    {
    }
}
