using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Storage.Cache;

/// <summary>A thread for one piece of work that gives way to what somebody waits for.</summary>
internal static class QuietThread
{
    private const int OfAThread = 0;

    /// <summary>Runs when nothing else wants to.</summary>
    public const int Lowest = 19;

    /// <summary>Gets a quarter of a processor that one other thread wants too.</summary>
    public const int Low = 5;

    /// <summary>Runs work that may block on a thread of its own.</summary>
    /// <param name="name">The name that the thread bears in debuggers and dumps.</param>
    /// <param name="niceness">How much it gives way.</param>
    /// <param name="work">The work.</param>
    public static Task<T> RunAsync<T>(string name, int niceness, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
        return result.Task;

        void Run()
        {
            GiveWay(niceness);
            try
            {
                result.SetResult(work());
            }
            catch (OperationCanceledException ended)
            {
                result.SetCanceled(ended.CancellationToken);
            }
#pragma warning disable CA1031 // It is its caller's, who awaits the task.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                result.SetException(fault);
            }
        }
    }

    /// <summary>Has the calling thread give way from now on. Only for threads that end with their work: it cannot be taken back.</summary>
    public static void GiveWay(int niceness)
    {
        // Elsewhere than on Linux it would be the whole process.
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfAThread, 0, niceness);
        }
    }

    [SuppressMessage("Interoperability", "SYSLIB1054", Justification = "The generated form needs unsafe code in the whole project.")]
    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int kind, int who, int niceness);
}
