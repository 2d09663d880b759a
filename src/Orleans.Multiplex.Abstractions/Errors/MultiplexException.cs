namespace Orleans.Multiplex;

/// <summary>
/// The root of the errors that a model call ends in. Each names the model, says in its message what to do, survives the way
/// between silos, and carries the time after which a new try makes sense where there is one.
/// </summary>
[GenerateSerializer, Alias("multiplex.MultiplexException")]
public abstract class MultiplexException : Exception
{
    private protected MultiplexException(string modelId, string message, TimeSpan? retryAfter = null)
        : base(message)
    {
        ModelId = modelId;
        RetryAfter = retryAfter;
    }

    /// <summary>The model that was asked for: an id or <c>id@version</c>; empty when the request named none.</summary>
    [Id(0)]
    public string ModelId { get; private set; }

    /// <summary>The time to wait before a new try; null when a new try of the same request cannot succeed.</summary>
    [Id(1)]
    public TimeSpan? RetryAfter { get; private set; }
}
