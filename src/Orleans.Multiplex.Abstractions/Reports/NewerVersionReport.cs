namespace Orleans.Multiplex;

/// <summary>What the store has that is newer than a model which answers, while the model has not been swapped for it.</summary>
/// <param name="Version">The version in the store: a higher one, or the same one with other content.</param>
/// <param name="State">What became of it.</param>
/// <param name="Reason">Why it is not there yet; empty while it is loaded.</param>
/// <param name="Attempts">How often in a row it was tried.</param>
/// <param name="NextTry">The time until it is tried again; null while it is loaded.</param>
[GenerateSerializer, Immutable, Alias("multiplex.NewerVersionReport")]
public sealed record NewerVersionReport(long Version, NewerVersionState State, string Reason, int Attempts, TimeSpan? NextTry);
