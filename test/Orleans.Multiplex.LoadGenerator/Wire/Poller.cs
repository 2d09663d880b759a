using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.LoadGenerator.Wire;

/// <summary>
/// Waits for many sockets on one thread, to the microsecond. .NET's own completions come on other threads, and its waits end at whole milliseconds: both
/// would be a part of what is measured.
/// </summary>
internal sealed unsafe partial class Poller : IDisposable
{
    private const int Add = 1;
    private const int Modify = 3;
    private const uint Readable = 0x1;
    private const uint Writable = 0x4;
    private const int MostAtOnce = 256;
    private const int TimerSlack = 29;
    private const int Interrupted = 4;

    // On x64 the kernel's structure is packed.
    private static readonly int Stride = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = Stride - sizeof(long);

    private readonly byte[] _ready = GC.AllocateArray<byte>(MostAtOnce * 16, pinned: true);
    private readonly int _descriptor = Check(Create(0));

    /// <summary>Has the waits of the calling thread end when they should, not up to 50 µs later.</summary>
    public static void MakeExact() => Check(Control(TimerSlack, 1, 0, 0, 0));

    public void Watch(Socket socket, int index) => Set(socket, index, Add, isWriting: false);

    /// <summary>From now on also tells when there is room to write, or no longer.</summary>
    public void Rewatch(Socket socket, int index, bool isWriting) => Set(socket, index, Modify, isWriting);

    /// <summary>Waits, and returns how many sockets are ready.</summary>
    public int Wait(TimeSpan most)
    {
        var time = most < TimeSpan.Zero ? TimeSpan.Zero : most;
        var timeout = new Time { Seconds = (nint)(time.Ticks / TimeSpan.TicksPerSecond), Nanoseconds = (nint)(time.Ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick) };
        var count = Wait(_descriptor, (byte*)Unsafe.AsPointer(ref _ready[0]), MostAtOnce, &timeout, null);
        return count < 0 && Marshal.GetLastPInvokeError() == Interrupted ? 0 : Check(count);
    }

    /// <summary>The index with which the nth ready socket is watched.</summary>
    public int GetReady(int number) => (int)Unsafe.ReadUnaligned<long>(ref _ready[(number * Stride) + DataOffset]);

    public void Dispose() => _ = Close(_descriptor);

    private void Set(Socket socket, int index, int operation, bool isWriting)
    {
        var change = stackalloc byte[16];
        Unsafe.WriteUnaligned(change, Readable | (isWriting ? Writable : 0));
        Unsafe.WriteUnaligned(change + DataOffset, (long)index);
        Check(Control(_descriptor, operation, (int)socket.Handle, change));
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int poller, int operation, int socket, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_pwait2", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Wait(int poller, byte* ready, int most, Time* timeout, void* signals);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint value, nuint second, nuint third, nuint fourth);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
