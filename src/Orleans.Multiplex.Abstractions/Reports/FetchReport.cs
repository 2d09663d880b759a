namespace Orleans.Multiplex;

/// <summary>How far the files of a model have been brought to a silo's machine, at one moment.</summary>
/// <param name="Bytes">The bytes that are there.</param>
/// <param name="TotalBytes">The bytes of all its files.</param>
/// <param name="BytesPerSecond">How fast they came in the last seconds.</param>
/// <param name="Remaining">The time until all are there, at that rate; null while none come.</param>
[GenerateSerializer, Immutable, Alias("multiplex.FetchReport")]
public sealed record FetchReport(long Bytes, long TotalBytes, long BytesPerSecond, TimeSpan? Remaining);
