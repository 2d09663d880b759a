using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What a prepared model is called: another name for whatever makes another file of the same original.</summary>
internal static class PreparationKey
{
    /// <param name="originalDigest">The digest of the original's content.</param>
    /// <param name="target">What it is prepared for.</param>
    public static string Of(string originalDigest, PreparationTarget target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{originalDigest}\n{target.Runtime}\n{target.Processor}\n{target.Options}"))));
}
