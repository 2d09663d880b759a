namespace Orleans.Multiplex.Loading.Quarantine;

/// <summary>A version is not to be opened. Callers get a <see cref="ModelLoadFailedException"/> with its reason; it is told apart to be remembered otherwise.</summary>
#pragma warning disable CA1064 // It never leaves the silo's own code.
internal sealed class ModelQuarantinedException(string reason) : Exception(reason);
#pragma warning restore CA1064
