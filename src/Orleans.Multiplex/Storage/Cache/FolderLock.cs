using System.Buffers.Binary;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// The one lock under which names in the cache's folder come and go, for all processes that share it. It is held for moments, never during a
/// fetch or a computation over a file.
/// </summary>
#pragma warning disable CA1001 // The semaphore has no handle, so there is nothing to dispose.
internal sealed class FolderLock(CacheFolder folder)
#pragma warning restore CA1001
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    // Those of this process wait for each other here, in their order and without looking again and again.
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Waits for the lock. Where the folder, or one in it, is missing, it is laid out again: somebody may remove it at any time.</summary>
    /// <exception cref="IOException">It cannot be.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be.</exception>
    public async ValueTask<Held> EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                folder.LayOut();
#pragma warning disable CA2000 // The caller owns it.
                if (FileLock.TryTake(folder.Lock, create: true) is { } taken)
#pragma warning restore CA2000
                {
                    return new Held(taken, _turn);
                }

                // Other processes hold it, on no clock but the real one.
                await Task.Delay(pause, TimeProvider.System, cancellationToken);
            }
        }
        catch
        {
            _turn.Release();
            throw;
        }
    }

    /// <summary>The lock while it is held.</summary>
    public sealed class Held(FileLock taken, SemaphoreSlim turn) : IDisposable
    {
        private bool _isDisposed;

        /// <summary>
        /// The bytes of all versions, those being fetched included. A process that ends in the middle of something leaves more here than there are, never
        /// less: what is added is added before, and what is taken off is taken off after. Put right whenever it matters (<see cref="CacheScan"/>).
        /// </summary>
        public long Bytes
        {
            get
            {
                Span<byte> number = stackalloc byte[sizeof(long)];
                return RandomAccess.Read(taken.Handle, number, 0) == sizeof(long) ? Math.Max(0, BinaryPrimitives.ReadInt64LittleEndian(number)) : 0;
            }

            set
            {
                Span<byte> number = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(number, value);
                RandomAccess.Write(taken.Handle, number, 0);
            }
        }

        public void Dispose()
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                taken.Dispose();
                turn.Release();
            }
        }
    }
}
