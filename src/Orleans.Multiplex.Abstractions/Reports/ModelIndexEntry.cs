namespace Orleans.Multiplex;

/// <summary>A version of a model of the store, with its state in the cluster.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Version">The version; null for a model of which no version has been loaded.</param>
/// <param name="State">Its state; null for a model of which no version has been loaded, as far as the silos that live remember.</param>
/// <param name="Reason">Why it is unavailable; empty otherwise.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelIndexEntry")]
public sealed record ModelIndexEntry(string Model, long? Version, ModelIndexState? State, string Reason);
