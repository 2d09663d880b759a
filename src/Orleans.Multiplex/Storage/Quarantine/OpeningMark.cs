namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>That a silo is opening a version of a model, or runs it for the first time: written down before, so that it can be read when the silo has not lived to say how it ended.</summary>
/// <param name="Id">Of this opening, made new for each.</param>
/// <param name="Key">The version, as the cache calls it: another one after any change of its files.</param>
/// <param name="Model">The model's id.</param>
/// <param name="Version">The version's number.</param>
/// <param name="Silo">The silo's name.</param>
/// <param name="At">When it began.</param>
/// <param name="Form">What was being opened in the version's place, by its backend's name for what it has made of it; null for the version itself.</param>
/// <param name="IsRun">Whether it was open and ran for the first time.</param>
[GenerateSerializer, Immutable, Alias("multiplex.OpeningMark")]
internal sealed record OpeningMark(string Id, string Key, string Model, long Version, string Silo, DateTimeOffset At, string? Form = null, bool IsRun = false);
