namespace Orleans.Multiplex;

/// <summary>No silo could be reached before the deadline: none is there, each one tried went away, or all refuse connections.</summary>
[GenerateSerializer, Alias("multiplex.ClusterUnavailableException")]
public sealed class ClusterUnavailableException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for; empty when the call was about none.</param>
    /// <param name="reason">What the last try failed with.</param>
    /// <param name="retryAfter">The time to wait before a new try.</param>
    public ClusterUnavailableException(string modelId, string reason, TimeSpan retryAfter)
        : base(modelId, $"No silo of the cluster could be reached before the deadline. The last try failed with: {reason}", retryAfter)
    {
    }
}
