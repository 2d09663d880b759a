using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orleans.Multiplex.OnnxRuntime.Native;

/// <summary>
/// Has a file brought into memory before it is mapped: by itself, the kernel would read it in pieces, each when something waits for it. Does
/// nothing where the calls are not there.
/// </summary>
internal static partial class FilePages
{
    // A single call reads no more than the read-ahead of the disk, which is as much as this by default.
    private const long Piece = 128 * 1024;

    private const int Samples = 16;
    private const int WillNeed = 3;
    private const int ProtectionRead = 1;
    private const int MapShared = 1;

    /// <summary>Has the whole file read, unless it is in memory as far as some samples tell. Returns whether it had to.</summary>
    public static bool ReadAhead(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        if (length == 0 || IsInMemory(file, length))
        {
            return false;
        }

        for (var position = 0L; position < length; position += Piece)
        {
            // What it returns is passed over: it is a hint.
            _ = Advise(file, position, Piece, WillNeed);
        }

        return true;
    }

    private static unsafe bool IsInMemory(SafeFileHandle file, long length)
    {
        var address = Map(0, (nuint)length, ProtectionRead, MapShared, file, 0);
        if (address == -1)
        {
            return false;
        }

        try
        {
            var last = (length - 1) / Environment.SystemPageSize;
            for (var i = 0; i < Samples; i++)
            {
                var page = last * i / (Samples - 1);
                byte isThere = 0;
                if (AreInMemory(address + (nint)(page * Environment.SystemPageSize), 1, &isThere) != 0 || (isThere & 1) == 0)
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            _ = Unmap(address, (nuint)length);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "mincore")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int AreInMemory(nint address, nuint length, byte* pages);
}
