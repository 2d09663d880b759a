namespace Orleans.Multiplex;

/// <summary>A version of a model that no silo opens, since one ended while it was opening it. It is refused until its files change in the store, or it is cleared.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Version">The version.</param>
/// <param name="Silo">The silo that ended.</param>
/// <param name="At">When it began to open the version.</param>
/// <param name="Reason">What happened, and what to do.</param>
[GenerateSerializer, Immutable, Alias("multiplex.QuarantineReport")]
public sealed record QuarantineReport(string Model, long Version, string Silo, DateTimeOffset At, string Reason);
