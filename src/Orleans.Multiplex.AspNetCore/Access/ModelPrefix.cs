namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Some of the models, by how their ids begin. Where the prefix ends, a part of the id ends too: <c>team-a</c> has no say in <c>team-ab</c>.</summary>
internal static class ModelPrefix
{
    /// <summary>Whether an id may begin so.</summary>
    public static bool IsPrefix(string prefix) => prefix.Length > 0 && ModelKey.TryParse(prefix + "x", out var key, out _) && key.Version is null;

    /// <summary>Whether the model is among them.</summary>
    /// <param name="prefix">The id of a model, for it and those below it; or what ends in a separator, for each id that begins so.</param>
    /// <param name="id">The id of a model, without a version.</param>
    public static bool Covers(string prefix, string id) =>
        id.StartsWith(prefix, StringComparison.Ordinal) && (!char.IsAsciiLetterOrDigit(prefix[^1]) || id.Length == prefix.Length || id[prefix.Length] == '/');
}
