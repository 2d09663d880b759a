using System.Collections.Immutable;

namespace Orleans.Multiplex.S3.Listing;

/// <summary>A part of a listing of keys, in the order of their bytes.</summary>
/// <param name="Objects">The objects, by what stands behind the folder that is listed.</param>
/// <param name="Folders">The names of the folders below, where the listing does not go into them.</param>
/// <param name="IsLast">Whether nothing comes behind it.</param>
internal sealed record KeyPage(ImmutableArray<StoredObject> Objects, ImmutableArray<string> Folders, bool IsLast);
