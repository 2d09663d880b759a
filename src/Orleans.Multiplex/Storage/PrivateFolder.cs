using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Storage;

/// <summary>A folder of one user's. What lies in it is believed, so nobody else may write there.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Creates a folder for its owner alone, or checks the one that is there.</summary>
    /// <returns>Why it cannot be used; null when it can.</returns>
    /// <exception cref="IOException">It cannot be created.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be created.</exception>
    public static string? Open(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return null;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        return (File.GetUnixFileMode(path) & WritableByOthers) != 0 ? "it can be written to by others"
            : OperatingSystem.IsLinux() && TryGetOwner(path, out var owner) && owner != GetEffectiveUser() ? $"it belongs to another user (id {owner})"
            : null;
    }

    // .NET tells no file's owner. The layout of statx is the same on all of Linux: the owner's id is at byte 20.
    private static bool TryGetOwner(string path, out uint owner)
    {
        const int CurrentFolder = -100;
        const uint OwnerField = 0x8;
        owner = 0;
        try
        {
            var result = new byte[256];
            if (Statx(CurrentFolder, path, 0, OwnerField, result) != 0)
            {
                return false;
            }

            owner = BitConverter.ToUInt32(result, 20);
            return true;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("libc", EntryPoint = "statx", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Statx(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, [Out] byte[] result);

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint GetEffectiveUser();
}
