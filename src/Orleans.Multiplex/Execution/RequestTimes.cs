namespace Orleans.Multiplex.Execution;

/// <summary>Where the time of an answered request went.</summary>
/// <param name="Total">All of it, on this silo.</param>
/// <param name="Queue">The wait for an inference thread.</param>
/// <param name="Run">The run.</param>
/// <param name="Waited">The wait for the model to be loaded.</param>
internal readonly record struct RequestTimes(TimeSpan Total, TimeSpan Queue, RunTimes Run, TimeSpan Waited = default);
