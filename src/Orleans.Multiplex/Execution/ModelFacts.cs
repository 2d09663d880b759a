namespace Orleans.Multiplex.Execution;

/// <summary>What a model's file says of it before it is opened.</summary>
/// <param name="Signature">Its inputs and outputs.</param>
/// <param name="EstimatedBytes">The bytes it will take when open: an upper bound as good as the file allows.</param>
public sealed record ModelFacts(ModelSignature Signature, long EstimatedBytes);
