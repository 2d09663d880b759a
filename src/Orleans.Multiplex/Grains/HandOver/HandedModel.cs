namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>A model of the store that one silo offers another.</summary>
/// <param name="Key">The model and the version that is resident.</param>
/// <param name="Age">The time since its last use: it displaces only what was used longer ago.</param>
[GenerateSerializer, Immutable, Alias("multiplex.HandedModel")]
internal readonly record struct HandedModel(ModelKey Key, TimeSpan Age);
