using System.Diagnostics;

namespace Orleans.Multiplex.Testing.Processes;

/// <summary>A server that a script of <c>test/services</c> runs, which lives as long as this object, and no longer than this process.</summary>
public sealed class ServiceScript : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly Process _process;
    private readonly SemaphoreSlim _turns = new(1);
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private ServiceScript(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>What its clients need, by the names that the script gives.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="name">The script.</param>
    public static async Task<ServiceScript> StartAsync(string name)
    {
        var start = new ProcessStartInfo(Path.Combine(HostProcess.Root, "test", "services", name))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var service = new ServiceScript(name, Process.Start(start)!);
        for (var line = await service.ReadLineAsync(); line != "ready"; line = await service.ReadLineAsync())
        {
            var (key, value) = line.Split('=', 2) is [var left, var right] ? (left, right) : throw new InvalidOperationException(line);
            service._values[key] = value;
        }

        return service;
    }

    /// <summary>Freezes it: connections stay, and nothing moves.</summary>
    public Task PauseAsync() => CommandAsync("pause");

    /// <summary>Lets it go on.</summary>
    public Task ResumeAsync() => CommandAsync("resume");

    /// <summary>Ends it at once, as a crash would.</summary>
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
                throw new InvalidOperationException($"{_name} says '{answer}' to '{command}'.");
            }
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<string> ReadLineAsync() =>
        await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience)
            ?? throw new InvalidOperationException($"{_name} did not start, or has ended; its standard error says why.");
}
