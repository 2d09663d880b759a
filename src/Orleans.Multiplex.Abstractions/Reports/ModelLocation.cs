namespace Orleans.Multiplex;

/// <summary>A model on a silo.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Pool">The pool that holds the model.</param>
/// <param name="Resident">The model there.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelLocation")]
public sealed record ModelLocation(string Silo, string Pool, ResidentModel Resident);
