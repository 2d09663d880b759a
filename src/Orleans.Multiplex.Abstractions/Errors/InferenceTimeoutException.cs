namespace Orleans.Multiplex;

/// <summary>The deadline of the request passed while it waited for an inference thread or ran.</summary>
[GenerateSerializer, Alias("multiplex.InferenceTimeoutException")]
public sealed class InferenceTimeoutException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was asked for; empty when the call was about none.</param>
    /// <param name="phase">Where the time was spent: in the queue or in the run.</param>
    public InferenceTimeoutException(string modelId, string phase)
        : base(modelId, $"The request{(string.IsNullOrEmpty(modelId) ? "" : $" to model '{modelId}'")} did not end before its deadline; the time passed {phase}. Give it more time, or send it when the cluster is less busy.")
    {
    }
}
