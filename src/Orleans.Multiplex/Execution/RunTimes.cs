namespace Orleans.Multiplex.Execution;

/// <summary>Where the time of a run went. All zero where the engine does not measure it: then the whole run counts as the run itself.</summary>
/// <param name="Input">Giving the inputs to the engine.</param>
/// <param name="Infer">The run itself.</param>
/// <param name="Output">Taking the outputs from the engine.</param>
public readonly record struct RunTimes(TimeSpan Input, TimeSpan Infer, TimeSpan Output);
