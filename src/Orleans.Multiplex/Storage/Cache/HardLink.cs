using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A second name of a file, which .NET has no call for.</summary>
internal static class HardLink
{
    /// <summary>Gives a file another name. False where the file system cannot: then each version has a copy of its own.</summary>
    public static bool TryCreate(string existing, string name) =>
        OperatingSystem.IsWindows() ? CreateHardLink(name, existing, IntPtr.Zero) : Link(existing, name) == 0;

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("libc", EntryPoint = "link", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Link([MarshalAs(UnmanagedType.LPUTF8Str)] string existing, [MarshalAs(UnmanagedType.LPUTF8Str)] string name);

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("kernel32.dll", EntryPoint = "CreateHardLinkW", CharSet = CharSet.Unicode)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLink(string name, string existing, IntPtr security);
}
