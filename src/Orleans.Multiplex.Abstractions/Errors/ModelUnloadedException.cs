namespace Orleans.Multiplex;

/// <summary>The model was unloaded, or its silo is stopping, while the request waited for it. The same request, sent again, finds the model elsewhere or loads it anew; the SDK and the gateway do so by themselves.</summary>
[GenerateSerializer, Alias("multiplex.ModelUnloadedException")]
public sealed class ModelUnloadedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    public ModelUnloadedException(string modelId)
        : base(modelId, $"Model '{modelId}' was unloaded while the request waited for it. Send the request again.", TimeSpan.Zero)
    {
    }
}
