namespace Orleans.Multiplex.Execution;

/// <summary>What a model's file says of it before it is opened.</summary>
/// <param name="Signature">Its inputs and outputs.</param>
/// <param name="EstimatedBytes">The bytes of the process's memory that it will take when open: measured, or an upper bound as good as the file allows.</param>
public sealed record ModelFacts(ModelSignature Signature, long EstimatedBytes)
{
    /// <summary>The bytes of mapped files that it will use beside them: not the process's own memory. Default: 0.</summary>
    public long MappedBytes { get; init; }
}
