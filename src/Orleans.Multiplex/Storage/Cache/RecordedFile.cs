namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A file of a version.</summary>
/// <param name="Name">Its name relative to the folder of the version.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Digest">The SHA-256 of its content, in lower case hexadecimal digits; empty in a plan.</param>
internal sealed record RecordedFile(string Name, long Length, string Digest);
