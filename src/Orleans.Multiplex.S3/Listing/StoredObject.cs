namespace Orleans.Multiplex.S3.Listing;

/// <summary>An object.</summary>
/// <param name="Path">Its key without the key of the folder that is listed.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="ETag">Changes with its content.</param>
internal readonly record struct StoredObject(string Path, long Length, string ETag);
