namespace Orleans.Multiplex.Storage;

/// <summary>
/// The rules of how models lie in a store, the same for each kind of store: <c>{id}/{version}/{file}</c>, or <c>{id}/{file}</c> for a model
/// without versions, which counts as version 1 where no folder <c>1</c> stands beside its files. Files further below are no part of it.
/// </summary>
internal static class StoreLayout
{
    /// <summary>The name of a folder below another one.</summary>
    public static string Below(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";

    /// <summary>Whether there may be models in a folder, or below it: its name can stand in an id, and the id is not too long.</summary>
    /// <param name="id">The folder, from the root of the store.</param>
    /// <param name="name">Its own name.</param>
    public static bool MayHoldModels(string id, string name) =>
        id.Length <= ModelKey.MaxIdLength && ModelKey.TryParse(name, out var segment, out _) && segment.Version is null;

    /// <summary>Whether a folder is a model's, and not one of its versions, where it holds the files of one.</summary>
    /// <param name="id">The folder, from the root of the store.</param>
    public static bool IsModel(string id) => ModelKey.TryParse(id, out var key, out _) && key.Version is null;

    /// <summary>The tag of a version: changes when a file comes, goes or changes.</summary>
    /// <param name="files">Its files, in the order of their names.</param>
    public static string TagOf(IEnumerable<ModelFile> files) =>
        string.Join('|', files.Select(static file => $"{file.Name}:{file.Tag}"));
}
