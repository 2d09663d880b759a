using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>
/// The lock of a file, shared by some or taken by one, among all who open it in this process and in others; the system lets go of it when the
/// process ends, however it ends. Nothing here waits.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private FileLock(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <summary>Shares the lock of a file; null when one has taken it, or when there is no such file.</summary>
    public static FileLock? TryShare(string path) => TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.Read);

    /// <summary>Takes the lock of a file for this holder alone; null when others have it, or when there is no such file and none is to be made.</summary>
    /// <param name="path">The file.</param>
    /// <param name="create">Whether to make the file where it is missing.</param>
    /// <exception cref="DirectoryNotFoundException">It is to be made, and the folder that it would lie in is missing.</exception>
    public static FileLock? TryTake(string path, bool create) => create
        ? TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)
        : TryOpen(path, FileMode.Open, FileAccess.Read, FileShare.None);

    /// <summary>Takes the lock of a file that is there as long as the lock is held, or was when its holder's process ended; null when others have it.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder that it would lie in is missing.</exception>
    public static FileLock? TryTakeForNow(string path) => TryOpen(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);

    public void Dispose() => Handle.Dispose();

    private static FileLock? TryOpen(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options = FileOptions.None)
    {
        try
        {
            return new FileLock(File.OpenHandle(path, mode, access, share, options));
        }
        catch (Exception fault) when ((mode == FileMode.Open && fault is (FileNotFoundException or DirectoryNotFoundException)) || IsHeld(fault))
        {
            return null;
        }
    }

    private static bool IsHeld(Exception fault)
    {
        const int WouldBlockOnLinux = 11;
        const int WouldBlockOnMac = 35;
        const int SharingViolation = unchecked((int)0x80070020);
        return fault is IOException
            && fault.HResult == (OperatingSystem.IsWindows() ? SharingViolation : OperatingSystem.IsMacOS() ? WouldBlockOnMac : WouldBlockOnLinux);
    }
}
