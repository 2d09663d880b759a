using System.Diagnostics;

namespace Orleans.Multiplex.Testing.Processes;

/// <summary>
/// A real S3 server (<c>test/services/s3</c>), which lives as long as this object, and no longer than this process. Its credentials and its region
/// go into the environment of this process, where Amazon's SDK looks for them, here and in the processes that it starts.
/// </summary>
public sealed class S3Server : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly SemaphoreSlim _turns = new(1);

    private S3Server(Process process) => _process = process;

    /// <summary>Where it answers.</summary>
    public Uri Address { get; private set; } = null!;

    public static string AccessKey => Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")!;

    /// <summary>Starts one and waits until it answers.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(HostProcess.Root, "test", "services", "s3"))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var server = new S3Server(Process.Start(start)!);
        for (var line = await server.ReadLineAsync(); line != "ready"; line = await server.ReadLineAsync())
        {
            var (name, value) = line.Split('=', 2) is [var left, var right] ? (left, right) : throw new InvalidOperationException(line);
            if (name == "AWS_ENDPOINT_URL_S3")
            {
                server.Address = new Uri(value);
            }
            else
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }

        return server;
    }

    /// <summary>Freezes it: connections stay, and nothing moves.</summary>
    public Task PauseAsync() => CommandAsync("pause");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => CommandAsync("resume");

    /// <summary>Ends it at once, as a crash would. What it stores stays.</summary>
    public Task KillAsync() => CommandAsync("kill");

    /// <summary>Starts it again.</summary>
    public Task RestartAsync() => CommandAsync("start");

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience);
        _process.Dispose();
        _turns.Dispose();
    }

    private async Task CommandAsync(string command)
    {
        await _turns.WaitAsync();
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync();
            if (await ReadLineAsync() is var answer && answer != command)
            {
                throw new InvalidOperationException($"The S3 server says '{answer}' to '{command}'.");
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException("The S3 server did not start, or has ended; its standard error says why.");
}
