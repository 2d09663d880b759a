namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A version that is whole, as its folder says.</summary>
/// <param name="Key">What it is called.</param>
/// <param name="RecordPath">Its record.</param>
/// <param name="LastUse">When it was last used, to the minute.</param>
/// <param name="Record">What the record says.</param>
internal sealed record CachedVersion(string Key, string RecordPath, DateTime LastUse, VersionRecord Record);
