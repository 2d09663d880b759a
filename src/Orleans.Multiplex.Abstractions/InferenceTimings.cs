namespace Orleans.Multiplex;

/// <summary>Where the time of one call went, on its silo.</summary>
/// <param name="Load">The wait for the model; zero when it was resident.</param>
/// <param name="Queue">The wait for an inference thread.</param>
/// <param name="Run">The run itself.</param>
[GenerateSerializer, Immutable, Alias("multiplex.InferenceTimings")]
public readonly record struct InferenceTimings(TimeSpan Load, TimeSpan Queue, TimeSpan Run);
