namespace Orleans.Multiplex;

/// <summary>A pin.</summary>
/// <param name="Model">What is pinned: <c>id</c>, the default version, or <c>id@version</c>.</param>
/// <param name="Origin">Where the pin comes from; <see cref="PinOrigin.Settings"/> where it comes from both these. A pin of a <c>model.json</c> has a report of its own, for each silo.</param>
/// <param name="Silo">The silo on which the model is loaded; null while it is not.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinReport")]
public sealed record PinReport(string Model, PinOrigin Origin, string? Silo);
