namespace Orleans.Multiplex;

/// <summary>
/// The disk cache of a silo at one moment: what is in its folder, which the silos of a machine share, and what this silo did with it since it
/// started.
/// </summary>
/// <param name="Bytes">The bytes of all model files there, those being fetched included; after a crash more than there are, until that is put right.</param>
/// <param name="MaxBytes">The bytes that it may have.</param>
/// <param name="Versions">The model versions that are there.</param>
/// <param name="Hits">How often this silo used files that were there.</param>
/// <param name="Fetches">How many versions it fetched from the store.</param>
/// <param name="Evictions">How many versions it removed to make room for others.</param>
[GenerateSerializer, Immutable, Alias("multiplex.CacheReport")]
public sealed record CacheReport(long Bytes, long MaxBytes, int Versions, long Hits, long Fetches, long Evictions);
