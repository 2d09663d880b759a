namespace Orleans.Multiplex.Residency;

/// <summary>A pool of a silo, as the silo tells it.</summary>
/// <param name="Pool">The pool's name.</param>
/// <param name="MaxModels">The most models; −1 for no limit.</param>
/// <param name="ChargedModels">The models charged, with those that wait for a place.</param>
/// <param name="VictimAge">The age, when told, of the model that would be evicted next; null when none may go.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PoolRow")]
internal sealed record PoolRow(string Pool, int MaxModels, int ChargedModels, TimeSpan? VictimAge);
