namespace Orleans.Multiplex;

/// <summary>The runs of one number of rows.</summary>
/// <param name="BatchSize">The number of rows.</param>
/// <param name="ComputeInput">Giving the inputs to the inference engine.</param>
/// <param name="ComputeInfer">The runs themselves.</param>
/// <param name="ComputeOutput">Taking the outputs from the inference engine.</param>
[GenerateSerializer, Immutable, Alias("multiplex.BatchStatistics")]
public readonly record struct BatchStatistics(long BatchSize, CountedTime ComputeInput, CountedTime ComputeInfer, CountedTime ComputeOutput);
