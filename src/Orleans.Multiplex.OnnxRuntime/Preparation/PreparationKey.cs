using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>What a prepared model is called: another name for whatever may make another file.</summary>
internal static class PreparationKey
{
    /// <param name="contents">What the files of the original hold: <see cref="Files.ContentKey"/>.</param>
    /// <param name="target">What it is prepared for.</param>
    public static string Of(string contents, PreparationTarget target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{contents}\n{target.Runtime}\n{target.Processor}\n{target.Options}"))));
}
