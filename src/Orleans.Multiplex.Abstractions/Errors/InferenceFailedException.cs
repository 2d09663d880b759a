namespace Orleans.Multiplex;

/// <summary>The model ran and failed on this input, though the input has the form that the model asks for.</summary>
[GenerateSerializer, Alias("multiplex.InferenceFailedException")]
public sealed class InferenceFailedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for.</param>
    /// <param name="reason">What the inference engine said.</param>
    public InferenceFailedException(string modelId, string reason)
        : base(modelId, $"Model '{modelId}' failed on this input: {reason}") => Reason = reason;

    /// <summary>What the inference engine said.</summary>
    [Id(0)]
    public string Reason { get; private set; }
}
