using System.Runtime.InteropServices;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>What the worker asks of the operating system for itself. Does nothing where it cannot.</summary>
internal static partial class OwnProcess
{
    private const int Output = 1;
    private const int Errors = 2;

    /// <summary>Whatever is written to the standard output from now on goes to the error output; who has it open already keeps it.</summary>
    public static void SendOutputToErrors()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Duplicate(Errors, Output);
        }
    }

    /// <summary>When the machine has no memory left, this process is ended before others are.</summary>
    public static void BeFirstToGo()
    {
        try
        {
            if (OperatingSystem.IsLinux())
            {
                File.WriteAllText("/proc/self/oom_score_adj", "1000");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"The worker goes no earlier than others when memory is short: {fault.Message}");
        }
    }

    /// <summary>Ends the process at once.</summary>
    public static void Exit()
    {
        if (!OperatingSystem.IsWindows())
        {
            ExitNow(0);
        }

        Environment.Exit(0);
    }

    [LibraryImport("libc", EntryPoint = "dup2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);
}
