using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// One name for all that the files of a version hold: any of them may hold data of the model, but for its settings, which change nothing of what is opened.
/// </summary>
internal static class ContentKey
{
    /// <param name="digests">The digest of each file, by its name.</param>
    public static string Of(ImmutableDictionary<string, string> digests)
    {
        var text = new StringBuilder();
        foreach (var (name, digest) in digests.Where(static file => file.Key != ModelSettings.FileName).OrderBy(static file => file.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{digest} {name}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
