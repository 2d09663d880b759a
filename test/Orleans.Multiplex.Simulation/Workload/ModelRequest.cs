namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>A request.</summary>
/// <param name="At">When it comes.</param>
/// <param name="Model">The model's number.</param>
/// <param name="Entry">Where it comes in: a fraction of the list of silos.</param>
internal readonly record struct ModelRequest(TimeSpan At, int Model, double Entry);
