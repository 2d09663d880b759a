namespace Orleans.Multiplex.Grains;

/// <summary>What one silo knows of a version of a model.</summary>
/// <param name="ModelId">The model's id.</param>
/// <param name="Version">The version.</param>
/// <param name="State">What it is there.</param>
/// <param name="Reason">Why it is unavailable; empty otherwise.</param>
/// <param name="Age">How long ago it became unavailable; zero otherwise.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelStateRow")]
internal sealed record ModelStateRow(string ModelId, long Version, ModelIndexState State, string Reason, TimeSpan Age);
