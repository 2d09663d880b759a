namespace Orleans.Multiplex.Residency;

/// <summary>An activation of a model's grain that has ended.</summary>
/// <param name="Address">The activation.</param>
/// <param name="HeldPool">The pool of its model where that stays on the silo, ready; null where it does not.</param>
[GenerateSerializer, Immutable, Alias("multiplex.EndedActivation")]
internal readonly record struct EndedActivation(GrainAddress Address, string? HeldPool);
