using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Hosting.Localhost;

/// <summary>The folder in which the processes of one user on one machine meet. What lies in it is believed, so nobody else may write there.</summary>
internal static class SharedFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Creates the folder for its owner alone, or checks the one that is there.</summary>
    /// <returns>Its full path.</returns>
    /// <exception cref="InvalidOperationException">It cannot be used; the message names it, the setting and the remedy.</exception>
    public static string Open(string directory)
    {
        var path = Path.GetFullPath(directory);
        try
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(path);
            else
                RequireOwned(path);
            return path;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Refused(path, fault.Message, fault);
        }
    }

    private static void RequireOwned(string path)
    {
        if (OperatingSystem.IsWindows())
            return;

        Directory.CreateDirectory(path, OwnerOnly);
        if ((File.GetUnixFileMode(path) & WritableByOthers) != 0)
            throw Refused(path, "it can be written to by others", null);
        if (OperatingSystem.IsLinux() && TryGetOwner(path, out var owner) && owner != GetEffectiveUser())
            throw Refused(path, $"it belongs to another user (id {owner})", null);
    }

    private static InvalidOperationException Refused(string path, string reason, Exception? cause) => new(
        $"The folder '{path}' cannot be used to form a cluster on this machine: {reason}. Remove it, or name in {MultiplexClusterOptions.SectionName}:Directory"
        + " a folder of your own which nobody else can write to.",
        cause);

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
                return false;
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
