using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Orleans.Multiplex.Testing.Processes;

/// <summary>One of the executables, started as a process of its own, with what it printed.</summary>
public sealed partial class HostProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    /// <summary>Has a gateway listen on any free ports, so that it starts beside others.</summary>
    public static readonly IReadOnlyList<string> AnyPorts =
        ["--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0", "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0"];

    // …/test/<tests>/bin/<configuration>/net10.0/
    private static readonly DirectoryInfo Built = new(AppContext.BaseDirectory);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _siloName = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = Built.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    private HostProcess(Process process, string name)
    {
        _process = process;
        Name = name;
    }

    public string Name { get; }

    /// <summary>The id of the process.</summary>
    public int Id => _process.Id;

    public Uri Address { get; private set; } = null!;

    /// <summary>Where a gateway listens for gRPC; null of other processes.</summary>
    public Uri? GrpcAddress { get; private set; }

    /// <summary>The name of its silo, and the ports on which it takes silos and Orleans clients.</summary>
    public string SiloName { get; private set; } = "";

    public int SiloPort { get; private set; }

    public int GatewayPort { get; private set; }

    public IEnumerable<string> Lines => _lines;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The processor time that it has taken so far, by steps of ten milliseconds.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that it has of the machine just now, mapped files included.</summary>
    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public string Output => string.Join(Environment.NewLine, _lines);

    /// <summary>Starts an executable of the repository and waits until it says that it is up.</summary>
    public static Task<HostProcess> StartAsync(string project, string name, params IEnumerable<string> arguments) =>
        StartAsync(FindExecutable(project), [], name, arguments);

    /// <summary>The same of one that is no silo: it is up when it says where it listens.</summary>
    public static Task<HostProcess> StartServerAsync(string project, string name, params IEnumerable<string> arguments) =>
        StartAsync(FindExecutable(project), [], name, arguments, isSilo: false);

    /// <summary>
    /// Starts it with a disk of its own in the place of a folder: a tmpfs in a mount namespace, which root and users of a usual Linux may make. What it has
    /// there is seen by <see cref="GetPath"/>.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="bytes">The bytes that the disk holds.</param>
    /// <param name="project">The executable.</param>
    /// <param name="name">What it is called in messages.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<HostProcess> StartOnDiskAsync(string folder, long bytes, string project, string name, params IEnumerable<string> arguments) =>
        StartAsync(
            FindExecutable(project),
            ["unshare", "--map-root-user", "--mount", "sh", "-c", "mount -t tmpfs -o size=\"$0\" none \"$1\" && shift && exec \"$@\"", $"{bytes}", folder],
            name,
            arguments);

    private static async Task<HostProcess> StartAsync(
        string executable, string[] through, string name, IEnumerable<string> arguments, bool isSilo = true)
    {
        string[] command = [.. through, executable];
        var start = new ProcessStartInfo(command[0])
        {
            WorkingDirectory = Path.GetDirectoryName(executable),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A test's processes share nothing with those of whoever runs it. Those of one test name a folder of their own.
        start.Environment["XDG_CACHE_HOME"] = TestCache.Path;
        foreach (var argument in command.Skip(1).Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        var host = new HostProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, name);
        host._process.OutputDataReceived += (_, line) => host.OnLine(line.Data);
        host._process.ErrorDataReceived += (_, line) => host.OnLine(line.Data);
        host._process.Exited += (_, _) => host._address.TrySetException(new InvalidOperationException($"{name} ended at start:\n{host.Output}"));
        host._process.Start();
        AppDomain.CurrentDomain.ProcessExit += host.OnStarterExit;
        host._process.BeginOutputReadLine();
        host._process.BeginErrorReadLine();
        try
        {
            host.Address = await host._address.Task.WaitAsync(StartPatience);
            host.SiloName = isSilo ? await host._siloName.Task.WaitAsync(StartPatience) : "";
        }
        catch (TimeoutException)
        {
            await host.DisposeAsync();
            throw new TimeoutException($"{name} did not say within {StartPatience.TotalSeconds} s that it is up. It said:\n{host.Output}");
        }

        return host;
    }

    public HttpClient CreateClient() => new() { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(90) };

    /// <summary>Where this process sees what the other one has at a path.</summary>
    public string GetPath(string path) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Id}/root{path}");

    /// <summary>The processes that it has started and that have not ended.</summary>
    public IReadOnlyList<int> FindChildren() =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => char.IsAsciiDigit(name![0]))
            .Select(static name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => FindParent(id) == _process.Id),
    ];

    /// <summary>Whether a process has not ended. One that has, and that nobody has waited for, is a zombie: the system still lists it.</summary>
    public static bool IsRunning(int id) => FindParent(id) is not null;

    private static int? FindParent(int id)
    {
        try
        {
            // 17 (its name) S 4 …: what comes after the name is its state and its parent.
            var facts = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            return facts[(facts.LastIndexOf(')') + 2)..].Split(' ') is [not ("Z" or "X"), var parent, ..]
                ? int.Parse(parent, CultureInfo.InvariantCulture)
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks the process to stop and waits until it has.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await WhenEndedAsync();
    }

    /// <summary>Freezes the process: its connections stay, and nothing moves.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on.</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Waits until the process has ended by itself.</summary>
    public async Task<int> WhenEndedAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(90));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnStarterExit;
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Where an executable of the repository was built, in the configuration that this process has.</summary>
    public static string FindExecutable(string project)
    {
        var configuration = Built.Parent!.Name;
        return Path.Combine(Root, Path.GetDirectoryName(project)!, "bin", configuration, "net10.0", Path.GetFileName(project));
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    // Whoever started it was told to end (SIGTERM) and disposes nothing any more.
    private void OnStarterExit(object? sender, EventArgs arguments)
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (ListeningForGrpc().Match(line) is { Success: true } grpc)
        {
            GrpcAddress = new Uri(grpc.Groups["address"].Value);
        }

        if (ListeningOn().Match(line) is { Success: true } listening)
        {
            _address.TrySetResult(new Uri(listening.Value));
        }

        if (Ports().Match(line) is { Success: true } ports)
        {
            SiloPort = int.Parse(ports.Groups["port"].Value, CultureInfo.InvariantCulture);
            GatewayPort = int.Parse(ports.Groups["gateway"].Value, CultureInfo.InvariantCulture);
            _siloName.TrySetResult(ports.Groups["silo"].Value);
        }
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex ListeningOn();

    [GeneratedRegex(@"for gRPC on (?<address>http://127\.0\.0\.1:\d+)")]
    private static partial Regex ListeningForGrpc();

    [GeneratedRegex(@"Silo '(?<silo>[^']+)' .*silo port (?<port>\d+), gateway port (?<gateway>\d+)")]
    private static partial Regex Ports();
}
