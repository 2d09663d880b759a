using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>What the operating system and the native heap say of this process.</summary>
internal static partial class ProcessMemory
{
    /// <summary>The bytes of the process's own that are in memory: neither pages of files nor such as other processes see. Null where it is not told.</summary>
    public static long? ReadAnonymousBytes() => ReadStatus("RssAnon");

    /// <summary>The bytes of the process that are in memory. Null where it is not told.</summary>
    public static long? ReadResidentBytes() => ReadStatus("VmRSS");

    /// <summary>
    /// The bytes of the native heap that are in use, as against those that are in memory: what was freed and not given back to the system is
    /// not among them. Null where the C library does not tell.
    /// </summary>
    public static long? ReadHeapBytes()
    {
        try
        {
            return OperatingSystem.IsLinux() && GetHeap() is var heap ? (long)(heap.InUse + heap.InMappings) : null;
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Finds a number of kilobytes in the text of <c>/proc/self/status</c>; returns it in bytes.</summary>
    public static long? FindBytes(ReadOnlySpan<char> status, ReadOnlySpan<char> name)
    {
        foreach (var line in status.EnumerateLines())
        {
            if (line.StartsWith(name, StringComparison.Ordinal) && line[name.Length..] is [':', .. var value]
                && value.Trim() is [.. var number, ' ', 'k', 'B']
                && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var kilobytes))
            {
                return kilobytes * 1024;
            }
        }

        return null;
    }

    private static long? ReadStatus(string name)
    {
        try
        {
            return FindBytes(File.ReadAllText("/proc/self/status", Encoding.Latin1), name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial HeapFacts GetHeap();

    // As the C library has it: ten numbers of the size of a pointer.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct HeapFacts
    {
        private readonly nuint _arena;
        private readonly nuint _freeChunks;
        private readonly nuint _fastChunks;
        private readonly nuint _mappings;
        public readonly nuint InMappings;
        private readonly nuint _most;
        private readonly nuint _fastBytes;
        public readonly nuint InUse;
        private readonly nuint _freeBytes;
        private readonly nuint _releasable;
    }
}
