namespace Orleans.Multiplex.Residency;

/// <summary>An activation of a model's grain has ended, or a model is ready without one, or is so no longer.</summary>
/// <param name="Ended">The activation; null when none has ended.</param>
/// <param name="Pool">The model's pool.</param>
/// <param name="ModelId">The model.</param>
/// <param name="ReadyOn">The silo on which it is ready without an activation; null when it is not.</param>
/// <param name="GoneFrom">The silo on which it is so no longer; null where that was never told.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelNews")]
internal readonly record struct ModelNews(GrainAddress? Ended, string Pool, string ModelId, SiloAddress? ReadyOn, SiloAddress? GoneFrom = null);
