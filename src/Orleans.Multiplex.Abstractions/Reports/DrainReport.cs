namespace Orleans.Multiplex;

/// <summary>How far a silo is that leaves and hands its models over to the others.</summary>
/// <param name="Models">The models that it had when it began.</param>
/// <param name="Moved">Those that are on other silos now.</param>
/// <param name="Left">Those that no other silo took; they go with the silo, and are loaded elsewhere by their next request.</param>
[GenerateSerializer, Immutable, Alias("multiplex.DrainReport")]
public sealed record DrainReport(int Models, int Moved, int Left);
