namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>A target, and what was reached.</summary>
/// <param name="What">What is promised.</param>
/// <param name="Measured">What was measured.</param>
/// <param name="IsKept">Whether it is reached.</param>
internal sealed record Promise(string What, string Measured, bool IsKept);
