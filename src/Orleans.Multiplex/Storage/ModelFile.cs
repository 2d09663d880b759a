namespace Orleans.Multiplex.Storage;

/// <summary>A file of a model.</summary>
/// <param name="Name">Its name relative to the folder of the version, with <c>/</c> between segments.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Tag">Changes when the file changes.</param>
public sealed record ModelFile(string Name, long Length, string Tag);
