using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Orleans.Multiplex;

/// <summary>
/// The name of a model and, where one is asked for, its version: <c>id</c> or <c>id@version</c>.
/// The text form is the key of the model's grain, so there is exactly one for each model and version.
/// </summary>
/// <remarks>
/// An id has 1–256 characters of <c>[A-Za-z0-9._:-]</c> in segments split by <c>/</c>; no segment is empty, <c>.</c> or <c>..</c>.
/// A digits-only folder below a model holds a version, so an id of several segments does not end in a digits-only one:
/// <c>1</c> and <c>team/iris</c> are ids, <c>iris/1</c> is not (it is <c>iris@1</c>). A version is a positive number without leading zeros.
/// An id is data: it is checked here before it becomes a path, a log line or a key of a store.
/// </remarks>
[GenerateSerializer, Immutable, Alias("multiplex.ModelKey")]
public readonly record struct ModelKey
{
    /// <summary>The longest id, in characters.</summary>
    public const int MaxIdLength = 256;

    private ModelKey(string id, long? version)
    {
        Id = id;
        Version = version;
    }

    /// <summary>The id, without a version.</summary>
    [Id(0)]
    public string Id { get; }

    /// <summary>The version asked for; null means the default one, which is the highest number.</summary>
    [Id(1)]
    public long? Version { get; }

    /// <summary>Makes the key of a model.</summary>
    /// <param name="id">The id of the model, without a version.</param>
    /// <param name="version">The version, or null for the default one.</param>
    /// <exception cref="InvalidModelIdException">The id or the version does not have the form given above.</exception>
    public static ModelKey Create(string id, long? version = null)
    {
        if (FindFault(id) is { } fault)
        {
            throw new InvalidModelIdException(id, fault);
        }

        return version is null or > 0
            ? new ModelKey(id, version)
            : throw new InvalidModelIdException(id, "a version is a positive number.");
    }

    /// <summary>Reads <c>id</c> or <c>id@version</c>.</summary>
    /// <exception cref="InvalidModelIdException">The text is not the key of a model; the message says why.</exception>
    public static ModelKey Parse(string text) =>
        TryParse(text, out var key, out var fault) ? key : throw new InvalidModelIdException(text, fault);

    /// <summary>Reads <c>id</c> or <c>id@version</c>; returns false, with the reason in <paramref name="fault"/>, when the text is neither.</summary>
    public static bool TryParse(string? text, out ModelKey key, [NotNullWhen(false)] out string? fault)
    {
        key = default;
        if (text is null)
        {
            fault = "it is missing.";
            return false;
        }

        var at = text.IndexOf('@', StringComparison.Ordinal);
        var id = at < 0 ? text : text[..at];
        fault = FindFault(id);
        if (fault is not null)
        {
            return false;
        }

        if (at < 0)
        {
            key = new ModelKey(id, null);
            return true;
        }

        if (!TryParseVersion(text.AsSpan(at + 1), out var version))
        {
            fault = "what follows '@' is a version: a positive number without leading zeros.";
            return false;
        }

        key = new ModelKey(id, version);
        return true;
    }

    /// <summary>Reads a version: a positive number of digits only, without leading zeros.</summary>
    public static bool TryParseVersion(ReadOnlySpan<char> text, out long version)
    {
        version = 0;
        // The parser of the platform passes over zero characters behind a number.
        return text.Length is > 0 and <= 18
            && text[0] != '0'
            && !text.ContainsAnyExceptInRange('0', '9')
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version);
    }

    /// <summary>The key's one text form.</summary>
    public override string ToString() =>
        Version is { } version ? string.Create(CultureInfo.InvariantCulture, $"{Id}@{version}") : Id ?? "";

    private static string? FindFault(string? id)
    {
        if (string.IsNullOrEmpty(id))
        {
            return "it is empty.";
        }

        if (id.Length > MaxIdLength)
        {
            return $"it has {id.Length} characters; at most {MaxIdLength} are allowed.";
        }

        var rest = id.AsSpan();
        for (var first = true; ; first = false)
        {
            var slash = rest.IndexOf('/');
            var segment = slash < 0 ? rest : rest[..slash];
            if (FindSegmentFault(segment, first, last: slash < 0) is { } fault)
            {
                return fault;
            }

            if (slash < 0)
            {
                return null;
            }

            rest = rest[(slash + 1)..];
        }
    }

    private static string? FindSegmentFault(ReadOnlySpan<char> segment, bool first, bool last)
    {
        if (segment.IsEmpty)
        {
            return "it has an empty segment.";
        }

        if (segment is "." or "..")
        {
            return "a segment is '.' or '..'.";
        }

        var digits = true;
        foreach (var c in segment)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or ':' or '-'))
            {
                return "only the characters A-Z a-z 0-9 . _ : - are allowed, in segments split by '/'.";
            }

            digits &= char.IsAsciiDigit(c);
        }

        return digits && last && !first
            ? "its last segment is a number, which names a version; write it as id@version."
            : null;
    }
}
