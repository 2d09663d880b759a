using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>The next way to open a model that is open.</summary>
/// <param name="Reopening">The way, and what it takes.</param>
/// <param name="Enough">What the weights of runs (<see cref="PackingRule.Weigh"/>) have to come to until it pays; at 0 the next run is enough.</param>
/// <param name="IsThere">Whether there still is what is to be opened.</param>
/// <param name="Open">Opens it.</param>
internal sealed record NextOpening(Reopening Reopening, long Enough, Func<bool> IsThere, Func<CancellationToken, Opened> Open);
