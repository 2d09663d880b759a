using System.Runtime.InteropServices;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>
/// Gives memory of the native heap back to the system. The C library keeps what is freed, and among many loads and unloads that comes to
/// several times what is in use.
/// </summary>
internal static partial class HeapTrim
{
    /// <summary>Gives back what is free now. False where the C library cannot.</summary>
    public static bool Run()
    {
        try
        {
            return OperatingSystem.IsLinux() && Trim(0) is 0 or 1;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint keep);
}
