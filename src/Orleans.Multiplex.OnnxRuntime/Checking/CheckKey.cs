using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Under which name the result of a check is kept: another one for whatever may give another result.</summary>
internal static class CheckKey
{
    // Counted up with every change of how models are opened or checked, or of what is written.
    private const int OwnWay = 3;

    /// <param name="digests">The digest of each file of the version, by its name.</param>
    public static string Of(ImmutableDictionary<string, string> digests) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{NativeLibraryFacts.Version}\n{PreparationTarget.Current.Processor}\n{OwnWay}\n{ContentKey.Of(digests)}"))));
}
