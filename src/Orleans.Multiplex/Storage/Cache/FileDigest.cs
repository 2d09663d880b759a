using System.Security.Cryptography;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The digest of a file's content: SHA-256, in lower case hexadecimal digits.</summary>
internal static class FileDigest
{
    public static bool Is(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a file that is whole. Blocks its thread while it reads.</summary>
    public static string Compute(string path, CancellationToken cancellationToken)
    {
        using var digest = new RunningDigest(path);
        return digest.Complete(new FileInfo(path).Length, cancellationToken);
    }
}
