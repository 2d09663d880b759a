using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A file that is being fetched: takes its bytes in any order, and says its digest soon after the last of them.</summary>
/// <remarks>
/// The digest is computed beside the fetch from what the system has in memory of the file, as far as it is written without a gap. So no
/// writer waits for it, and what came out of order waits on the disk, not in this process. It has what the fetch leaves of the processors, and gives way to the
/// load that follows: nobody waits for it who waits for the model.
/// </remarks>
internal sealed class FetchedFile : IFetchTarget, IDisposable
{
    // The digest of less takes no longer than to start a thread for it.
    private const long LeastBytesForAThread = 1 << 20;

    private const string ThreadName = "multiplex-digest";

    private readonly string _path;
    private readonly FetchProgress _progress;
    private readonly Func<long, CancellationToken, ValueTask<bool>> _makeRoom;
    private readonly SafeFileHandle _file;
    private readonly WrittenRanges _written;
#pragma warning disable CA2213 // Nobody asks for its handle, so there is nothing to dispose; who waits for it may do so for longer than this.
    private readonly SemaphoreSlim _grown = new(0);
#pragma warning restore CA2213
    private readonly TaskCompletionSource _whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
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
        _grown.Release();
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

        _whole.SetResult();
    }

    public async Task<string> ComputeDigestAsync(CancellationToken cancellationToken)
    {
        if (Source.Length > LeastBytesForAThread)
        {
            using var digest = new RunningDigest(_path);
            await QuietThread.RunAsync(ThreadName, QuietThread.Lowest, () => Follow(digest, cancellationToken));
            return await QuietThread.RunAsync(ThreadName, QuietThread.Low, () => digest.Complete(Source.Length, cancellationToken));
        }

        await _whole.Task.WaitAsync(cancellationToken);
        return FileDigest.Compute(_path, cancellationToken);
    }

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

    // Until the last byte has come. What is left then need not wait for processors that nothing else wants.
    private long Follow(RunningDigest digest, CancellationToken cancellationToken)
    {
        while (digest.Position < Source.Length && !_whole.Task.IsCompleted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            digest.ReadBlock(WaitForMore(digest.Position, cancellationToken));
        }

        return digest.Position;
    }

    private long WaitForMore(long position, CancellationToken cancellationToken)
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

            // It was released once for each write: those that were counted in before are passed over.
            _grown.Wait(cancellationToken);
        }
    }
}
