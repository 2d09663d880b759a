namespace Orleans.Multiplex.Residency;

/// <summary>The bytes that a model takes, as a silo tells the others.</summary>
/// <param name="Pool">The model's pool.</param>
/// <param name="ModelId">The model's id, without a version.</param>
/// <param name="Bytes">The bytes; above zero.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelFootprint")]
internal sealed record ModelFootprint(string Pool, string ModelId, long Bytes);
