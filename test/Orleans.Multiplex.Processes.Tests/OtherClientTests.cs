using System.ComponentModel;
using System.Diagnostics;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>
/// Clients that have no line of ours: Debian's gRPC for Python with stubs made of the protocol's definition, and Python's standard library.
/// What they send and check is in the folder <c>Python</c>.
/// </summary>
public sealed class OtherClientTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Python = "/usr/bin/python3"; // Debian's packages are packages of this one.
    private const string Needs = "This needs Debian's packages python3-grpcio and protobuf-compiler-grpc; test/run installs them.";
    private static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "Python");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("multiplex-python-");
    private HostProcess _gateway = null!;

    public async ValueTask InitializeAsync() => _gateway = await HostProcess.StartAsync(
        ProcessCluster.Gateway, "gateway", [.. HostProcess.AnyPorts, $"--Multiplex:Cluster:Directory={Path.Combine(_folder.FullName, "cluster")}"]);

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Gateway_CalledByGrpcForPython_AnswersAsTheProtocolSays()
    {
        await RunAsync(
            "protoc",
            $"--proto_path={Scripts}",
            $"--python_out={_folder.FullName}",
            $"--grpc_out={_folder.FullName}",
            "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin",
            "open_inference.proto",
            "health.proto");

        await RunAsync(Python, "-B", Path.Combine(Scripts, "over_grpc.py"), _gateway.GrpcAddress!.Authority);
    }

    [Fact]
    public Task Gateway_CalledByPythonsStandardLibrary_AnswersAsTheProtocolSays() =>
        RunAsync(Python, "-B", Path.Combine(Scripts, "over_http.py"), _gateway.Address.Authority);

    private async Task RunAsync(string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PYTHONPATH"] = _folder.FullName;
        using var process = Start(start);
        var printed = Task.WhenAll(process.StandardOutput.ReadToEndAsync(CancellationToken.None), process.StandardError.ReadToEndAsync(CancellationToken.None));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        end.CancelAfter(Patience);
        var isOver = false;
        try
        {
            await process.WaitForExitAsync(end.Token);
        }
        catch (OperationCanceledException)
        {
            isOver = true;
            process.Kill(entireProcessTree: true);
        }

        var text = string.Concat(await printed);
        output.WriteLine(text);
        Assert.False(isOver, $"{program} did not end within {Patience.TotalSeconds} s. It printed:\n{text}");
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}. It printed:\n{text}\n{Needs}\nThe gateway printed:\n{_gateway.Output}");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be started: {error.Message}. {Needs}", error);
        }
    }
}
