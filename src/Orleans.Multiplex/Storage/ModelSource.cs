namespace Orleans.Multiplex.Storage;

/// <summary>Where the loader of an own model class takes a model from.</summary>
public enum ModelSource
{
    /// <summary>The loader makes or fetches the model itself; it gets the id and the version.</summary>
    Loader,

    /// <summary>
    /// The store set as <c>Multiplex:Models</c>: the files are there before the loader is called, a model that the store does not
    /// have is a <see cref="ModelNotFoundException"/>, and a failed fetch costs no other model its place.
    /// </summary>
    Store,
}
