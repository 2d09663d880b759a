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

    private const int Samples = 8;
    private const int WillNeed = 3;
    private const int NoWait = 8;
    private const int WouldWait = 11;

    /// <summary>Has the whole file read, unless it is in memory as far as some samples tell. Returns whether it had to.</summary>
    public static bool ReadAhead(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        try
        {
            if (length == 0 || IsInMemory(file, length))
            {
                return false;
            }
        }
        catch (EntryPointNotFoundException)
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

    // Mapping it to look at its pages would cost more than a small model's load.
    private static unsafe bool IsInMemory(SafeFileHandle file, long length)
    {
        byte one = 0;
        var target = new Target { Address = &one, Length = 1 };
        for (var i = 0; i < Samples; i++)
        {
            if (Read(file, &target, 1, (length - 1) / (Samples - 1) * i, NoWait) < 0 && Marshal.GetLastPInvokeError() == WouldWait)
            {
                return false;
            }
        }

        return true;
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "preadv2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint Read(SafeFileHandle file, Target* targets, int count, long offset, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Target
    {
        public byte* Address;
        public nuint Length;
    }
}
