namespace Orleans.Multiplex;

/// <summary>The store of models does not answer, or refuses: it may have the model, but nobody can tell now.</summary>
[GenerateSerializer, Alias("multiplex.StoreUnavailableException")]
public sealed class StoreUnavailableException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="reason">What the store said.</param>
    /// <param name="retryAfter">The time until the store is asked again.</param>
    public StoreUnavailableException(string modelId, string reason, TimeSpan? retryAfter = null)
        : base(modelId, $"The store of models is unavailable for model '{modelId}': {reason}", retryAfter) => Reason = reason;

    /// <summary>What the store said.</summary>
    [Id(0)]
    public string Reason { get; private set; }
}
