using System.Diagnostics;
using System.Text.Json;

namespace Orleans.Multiplex.LoadGenerator;

/// <summary>Starts the load generator as a process of its own.</summary>
public static class LoadProcess
{
    // Beyond the load itself: to start, and to wait for the last answers.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Puts a load on a server, and returns what came of it.</summary>
    /// <param name="executable">The load generator.</param>
    /// <param name="load">The load.</param>
    /// <exception cref="InvalidOperationException">The load is not as it must be, or the server went away.</exception>
    public static async Task<LoadResult> RunAsync(string executable, Load load)
    {
        ArgumentNullException.ThrowIfNull(load);
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(load, LoadJson.Options));
            return await RunAsync(new ProcessStartInfo(executable, [file]), TimeSpan.FromSeconds(load.Seconds) + Patience);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<LoadResult> RunAsync(ProcessStartInfo start, TimeSpan patience)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        try
        {
            using var limit = new CancellationTokenSource(patience);
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0
                ? JsonSerializer.Deserialize<LoadResult>(output, LoadJson.Options)!
                : throw new InvalidOperationException($"The load generator ended with code {process.ExitCode}: {await errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
