using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Benchmarks;

/// <summary>
/// The processor time of the calling thread: where other processes use the machine too, it is what a thread would take of an idle one.
/// </summary>
internal static partial class ThreadTime
{
    private const int OfThread = 3;

    public static TimeSpan Now
    {
        get
        {
            if (GetTime(OfThread, out var time) != 0)
            {
                throw new NotSupportedException("The processor time of a thread is not told here.");
            }

            return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
