namespace Orleans.Multiplex.Residency;

/// <summary>Too little room for those who wait.</summary>
/// <param name="Pools">The pools from which a model may go.</param>
/// <param name="NeedsBytes">Whether bytes are short, so that only a model that takes some helps.</param>
internal readonly record struct Shortage(IReadOnlyList<ModelPool> Pools, bool NeedsBytes);
