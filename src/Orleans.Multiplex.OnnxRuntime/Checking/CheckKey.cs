using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Under which name the result of a check is kept: another one for whatever may give another result.</summary>
internal static class CheckKey
{
    // Counted up with every change of how models are opened or checked, or of what is written.
    private const int OwnWay = 2;

    /// <param name="digests">The digest of each file of the version, by its name: any of them may hold data of the model.</param>
    public static string Of(ImmutableDictionary<string, string> digests)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{NativeLibraryFacts.Version}\n{OwnWay}\n"));
        foreach (var (name, digest) in digests.OrderBy(static file => file.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{digest} {name}\n");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
