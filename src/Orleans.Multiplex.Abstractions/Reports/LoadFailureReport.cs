namespace Orleans.Multiplex;

/// <summary>A load that failed and is remembered.</summary>
/// <param name="Silo">The silo on which it failed.</param>
/// <param name="Error">The kind of error.</param>
/// <param name="Message">Its message.</param>
/// <param name="Attempts">How often in a row the load has failed.</param>
/// <param name="NextTry">The time until a request makes the silo try again; zero when the next one does.</param>
[GenerateSerializer, Immutable, Alias("multiplex.LoadFailureReport")]
public sealed record LoadFailureReport(string Silo, string Error, string Message, int Attempts, TimeSpan NextTry);
