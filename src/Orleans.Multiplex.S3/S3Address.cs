using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Orleans.Multiplex.S3;

/// <summary>Where in S3 models lie: a bucket, and what all their keys begin with.</summary>
internal sealed partial record S3Address
{
    public const string Scheme = "s3";

    private S3Address(string bucket, string prefix)
    {
        Bucket = bucket;
        Prefix = prefix;
    }

    public string Bucket { get; }

    /// <summary>What the keys of all models begin with: empty, or with a slash at its end.</summary>
    public string Prefix { get; }

    public static S3Address Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException("It is not s3://bucket/prefix.");

    /// <summary>Reads <c>s3://bucket</c> or <c>s3://bucket/prefix</c>, with or without a slash at the end.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out S3Address? address)
    {
        address = null;
        if (Form().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var prefix = match.Groups["prefix"].Value;
        prefix = prefix.EndsWith('/') ? prefix[..^1] : prefix;
        if (prefix.Length > 0 && !Array.TrueForAll(prefix.Split('/'), static segment => segment is not ("" or "." or "..")))
        {
            return false;
        }

        address = new S3Address(match.Groups["bucket"].Value, prefix.Length == 0 ? "" : prefix + "/");
        return true;
    }

    public override string ToString() => Prefix.Length == 0 ? $"{Scheme}://{Bucket}" : $"{Scheme}://{Bucket}/{Prefix[..^1]}";

    // Old buckets may have capitals and underscores.
    [GeneratedRegex(@"\A[sS]3://(?<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(/(?<prefix>[^\p{Cc}]*))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
