using System.Diagnostics;

namespace Orleans.Multiplex.Residency;

/// <summary>Too little room for those who wait.</summary>
/// <param name="Pools">The pools from which a model may go.</param>
/// <param name="IsOf">What of a model's reservation is short, so that only a model that has some helps.</param>
/// <param name="Limit">What is short, as people read it.</param>
/// <param name="For">The model that waits for it first; empty where one is corrected that is here.</param>
/// <param name="Span">The span of who waits for it first; null where that is not recorded.</param>
internal readonly record struct Shortage(IReadOnlyList<ModelPool> Pools, Func<Reservation, long> IsOf, string Limit, string For, Activity? Span);
