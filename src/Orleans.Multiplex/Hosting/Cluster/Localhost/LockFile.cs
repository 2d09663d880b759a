namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

/// <summary>
/// A file that at most one holder in all processes has open; the system lets go of it when the holder's process ends, however it ends. The file stays
/// behind, as removing it would let two holders have two files of one name.
/// </summary>
internal sealed class LockFile : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _stream;

    private LockFile(FileStream stream) => _stream = stream;

    /// <summary>Takes the lock, or returns null when another holder has it.</summary>
    /// <exception cref="UnauthorizedAccessException">The file belongs to somebody else.</exception>
    public static LockFile? TryTake(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

        try
        {
            return new(new FileStream(path, options));
        }
        catch (IOException fault) when (IsHeld(fault))
        {
            return null;
        }
    }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="TimeoutException">Another holder kept it for all of <paramref name="patience"/>.</exception>
    public static LockFile Take(string path, TimeSpan patience, TimeProvider time, CancellationToken cancellationToken = default)
    {
        var start = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var taken = TryTake(path);
            if (taken is not null)
                return taken;
            if (time.GetElapsedTime(start) >= patience)
                throw new TimeoutException(
                    $"The lock file '{path}' was held for {patience.TotalSeconds:0.#} s by another process. End that one if it hangs; 'fuser {path}' tells which it is.");

            cancellationToken.WaitHandle.WaitOne(pause);
        }
    }

    public void Dispose() => _stream.Dispose();

    // A missing folder, a name too long and the like have exception types of their own.
    private static bool IsHeld(IOException fault) => fault.GetType() == typeof(IOException);
}
