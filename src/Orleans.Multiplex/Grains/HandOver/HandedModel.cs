using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.HandOver;

/// <summary>A model of the store that one silo offers another.</summary>
/// <param name="Key">The model and the version that is resident.</param>
/// <param name="Age">The time since its last use, or between two uses: it displaces only what was used longer ago.</param>
/// <param name="Memory">The bytes that it takes.</param>
/// <param name="Copies">The silos that will have it, where it has or is to have copies; null where it has none.</param>
[GenerateSerializer, Immutable, Alias("multiplex.HandedModel")]
internal readonly record struct HandedModel(ModelKey Key, TimeSpan Age, ModelMemory Memory, CopyList? Copies = null);
