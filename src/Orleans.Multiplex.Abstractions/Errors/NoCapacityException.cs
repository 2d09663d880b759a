namespace Orleans.Multiplex;

/// <summary>There is no room for the model: it is larger than the quota, or everything resident stayed in use or pinned past the wait.</summary>
[GenerateSerializer, Alias("multiplex.NoCapacityException")]
public sealed class NoCapacityException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="message">Which limit is reached, where, and what to do.</param>
    /// <param name="retryAfter">The time after which room is likely; null when the model can never fit.</param>
    public NoCapacityException(string modelId, string message, TimeSpan? retryAfter = null)
        : base(modelId, message, retryAfter)
    {
    }

    /// <summary>Whether the model can never fit: it is larger than the whole quota of the silo.</summary>
    public bool IsPermanent => RetryAfter is null;
}
