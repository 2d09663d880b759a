using System.Buffers;
using System.Security.Cryptography;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The digest of a file's content: SHA-256, in lower case hexadecimal digits.</summary>
internal static class FileDigest
{
    private const int BlockBytes = 1 << 20;

    public static bool Is(string text) => text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Reads a file that is whole. Blocks its thread while it reads.</summary>
    public static string Compute(string path, CancellationToken cancellationToken) =>
        Compute(path, new FileInfo(path).Length, static (_, _) => long.MaxValue, cancellationToken);

    /// <summary>Reads a file as far as it is written, and goes on until it has all of it. Blocks its thread.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Its length when it is whole.</param>
    /// <param name="waitForMore">Waits until more than so many bytes can be read, and says how many.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static string Compute(string path, long length, Func<long, CancellationToken, long> waitForMore, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var (position, readable) = (0L, 0L);
            while (position < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (readable <= position)
                {
                    readable = Math.Min(length, waitForMore(position, cancellationToken));
                }

                var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(BlockBytes, readable - position)), position);
                digest.AppendData(buffer, 0, count > 0 ? count : throw new EndOfStreamException());
                position += count;
            }

            return Convert.ToHexStringLower(digest.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
