using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A file that is being fetched: takes its bytes in any order, and says its digest soon after the last of them.</summary>
/// <remarks>
/// The digest is computed beside the fetch from what the system has in memory of the file, as far as it is written without a gap. So no
/// writer waits for it, and what came out of order waits on the disk, not in this process.
/// </remarks>
internal sealed class FetchedFile : IFetchTarget, IDisposable
{
    private readonly string _path;
    private readonly FetchProgress _progress;
    private readonly Func<long, CancellationToken, ValueTask<bool>> _makeRoom;
    private readonly SafeFileHandle _file;
    private readonly WrittenRanges _written;
    private readonly Channel<bool> _grown = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();

    /// <summary>Makes the file, with all its room on the disk set aside where the file system can.</summary>
    /// <param name="path">Where.</param>
    /// <param name="file">What the manifest says of it.</param>
    /// <param name="progress">Counts its bytes.</param>
    /// <param name="makeRoom">Frees some bytes of a full disk; false when it cannot.</param>
    /// <exception cref="IOException">The disk is full (<see cref="DiskFull"/>), or another fault of it.</exception>
    public FetchedFile(string path, ModelFile file, FetchProgress progress, Func<long, CancellationToken, ValueTask<bool>> makeRoom)
    {
        _path = path;
        _progress = progress;
        _makeRoom = makeRoom;
        Source = file;
        _written = new WrittenRanges(file.Length);
        _file = File.OpenHandle(
            path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, FileOptions.None, preallocationSize: file.Length);
    }

    /// <summary>What the manifest says of it.</summary>
    public ModelFile Source { get; }

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!TryWrite(offset, bytes.Span))
        {
            if (!await _makeRoom(bytes.Length, cancellationToken))
            {
                throw DiskFull.Make();
            }
        }

        lock (_lock)
        {
            _written.Add(offset, bytes.Length);
        }

        _progress.Add(bytes.Length);
        _grown.Writer.TryWrite(true);
    }

    /// <summary>All bytes have come: nobody writes any more.</summary>
    /// <exception cref="InvalidOperationException">Some have not.</exception>
    public void Complete()
    {
        lock (_lock)
        {
            if (!_written.IsWhole)
            {
                throw new InvalidOperationException($"The store brought {_written.Prefix} of {Source.Length} bytes of '{Source.Name}' without a gap, and ended.");
            }
        }

        _file.Dispose();
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead);
        }
    }

    public Task<string> ComputeDigestAsync(CancellationToken cancellationToken) =>
        FileDigest.ComputeAsync(_path, Source.Length, WaitForMoreAsync, cancellationToken);

    public void Dispose() => _file.Dispose();

    private bool TryWrite(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, offset);
            return true;
        }
        catch (IOException fault) when (DiskFull.Is(fault))
        {
            return false;
        }
    }

    private async ValueTask<long> WaitForMoreAsync(long position, CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                if (_written.Prefix > position)
                {
                    return _written.Prefix;
                }
            }

            await _grown.Reader.ReadAsync(cancellationToken);
        }
    }
}
