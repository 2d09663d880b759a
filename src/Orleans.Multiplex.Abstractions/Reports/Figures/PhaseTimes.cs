namespace Orleans.Multiplex;

/// <summary>How long a phase of the last requests took.</summary>
/// <param name="Mean">On average.</param>
/// <param name="P50">Half of them no longer.</param>
/// <param name="P99">99 of 100 no longer; of fewer requests, all but the slowest or all.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PhaseTimes")]
public readonly record struct PhaseTimes(TimeSpan Mean, TimeSpan P50, TimeSpan P99);
