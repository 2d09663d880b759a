using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>The SHA-256 of a key.</summary>
internal static class KeyHash
{
    private const string Prefix = "sha256:";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads <c>sha256:</c> and 64 hexadecimal digits.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out byte[]? hash)
    {
        hash = text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            && text.Length == Prefix.Length + (2 * SHA256.HashSizeInBytes)
            && text.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0
                ? Convert.FromHexString(text.AsSpan(Prefix.Length))
                : null;
        return hash is not null;
    }

    public static byte[] Of(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
