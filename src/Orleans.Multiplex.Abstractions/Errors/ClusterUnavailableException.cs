namespace Orleans.Multiplex;

/// <summary>
/// No silo could be reached before the deadline: none is there, each one tried went away, or all refuse connections. What each try failed
/// with is in the log of the process that called (<c>Multiplex.Client</c>).
/// </summary>
[GenerateSerializer, Alias("multiplex.ClusterUnavailableException")]
public sealed class ClusterUnavailableException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for; empty when the call was about none.</param>
    /// <param name="retryAfter">The time to wait before a new try.</param>
    public ClusterUnavailableException(string modelId, TimeSpan retryAfter)
        : base(modelId, "No silo of the cluster could be reached before the deadline. Send the request again; if it keeps failing, see whether the silos run.", retryAfter)
    {
    }
}
