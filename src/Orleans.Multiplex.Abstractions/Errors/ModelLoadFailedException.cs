namespace Orleans.Multiplex;

/// <summary>The model is there but cannot be loaded: its file is broken or refused, or its loader threw.</summary>
[GenerateSerializer, Alias("multiplex.ModelLoadFailedException")]
public sealed class ModelLoadFailedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="reason">Why it cannot be loaded.</param>
    /// <param name="retryAfter">The time until the next try to load it.</param>
    public ModelLoadFailedException(string modelId, string reason, TimeSpan? retryAfter = null)
        : base(modelId, $"Model '{modelId}' failed to load: {reason}", retryAfter) => Reason = reason;

    /// <summary>Why it cannot be loaded.</summary>
    [Id(0)]
    public string Reason { get; private set; }
}
