namespace Orleans.Multiplex.Storage;

/// <summary>
/// A file of a model is no longer what the manifest says: it was replaced or removed meanwhile. It never crosses a grain: who fetches finds
/// the model anew and tries again, a bounded number of times.
/// </summary>
/// <param name="model">The key of the version whose file has changed.</param>
public sealed class ModelChangedException(string model) : Exception($"The files of model '{model}' have changed in the store since they were found.")
{
    /// <summary>The key of the version whose file has changed.</summary>
    public string Model { get; } = model;
}
