using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>The digest of a file (<see cref="FileDigest"/>), computed piece by piece, while the file may still be written to. Blocks whose thread it is on.</summary>
/// <param name="path">The file.</param>
internal sealed class RunningDigest(string path) : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private readonly SafeFileHandle _file =
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);

    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>How far it is.</summary>
    public long Position { get; private set; }

    /// <summary>Reads one block, or what there is of it.</summary>
    /// <param name="readable">How far the file is written.</param>
    public void ReadBlock(long readable)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockBytes);
        try
        {
            var count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(BlockBytes, readable - Position)), Position);
            _digest.AppendData(buffer, 0, count > 0 ? count : throw new EndOfStreamException());
            Position += count;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Reads the rest of a file that is whole, and says its digest.</summary>
    public string Complete(long length, CancellationToken cancellationToken)
    {
        while (Position < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadBlock(length);
        }

        return Convert.ToHexStringLower(_digest.GetHashAndReset());
    }

    public void Dispose()
    {
        _file.Dispose();
        _digest.Dispose();
    }
}
