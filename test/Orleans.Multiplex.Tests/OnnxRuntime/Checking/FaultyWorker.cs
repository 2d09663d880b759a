using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>
/// Real workers behind a shell that hands their jobs on, and ends by signal 11 at some of them, as where native code did. What it does not hand on begins, so that
/// its end is held against the model.
/// </summary>
internal static class FaultyWorker
{
    /// <summary>Does not survive to open a model in place.</summary>
    public const string InPlace = """*'"IsWhole":true'*) printf '%s\n' "$job";; *) end;;""";

    /// <summary>Does not survive to open a model as a whole.</summary>
    public const string Whole = """*'"IsWhole":true'*) end;; *) printf '%s\n' "$job";;""";

    /// <param name="folder">A folder of its own.</param>
    /// <param name="fault">At which jobs it ends.</param>
    /// <param name="log">The log.</param>
    public static ModelWorker Create(string folder, string fault, ILogger log)
    {
        var start = (WorkerCommand.Find(out var reason) ?? throw new InvalidOperationException(reason)).ToStartInfo();
        Directory.CreateDirectory(folder);

        // A shell runs what its first argument names, which is "exec" for .NET. It ends before the worker does, whose input then ends too.
        File.WriteAllText(Path.Combine(folder, "exec"), $$"""
            ulimit -c 0
            exec 3>&1
            end() { echo '{"Step":"Begun"}' >&3; kill -SEGV $$; exit; }
            while read -r job; do case "$job" in {{fault}} esac; done |
                { cd {{Quote(start.WorkingDirectory)}}; exec {{Quote(start.FileName)}} {{string.Join(' ', start.ArgumentList.Select(Quote))}}; }

            """);
        return new ModelWorker(() => new WorkerCommand("/bin/sh", "", null, Path.Combine(folder, "assembly")), TimeProvider.System, log);
    }

    private static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
