using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.LoadGenerator;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>Has the load generator, a process of its own, put a load on a server.</summary>
internal static class Loader
{
    private static readonly string Generator = HostProcess.FindExecutable("test/Orleans.Multiplex.LoadGenerator/Orleans.Multiplex.LoadGenerator");

    /// <summary>Puts a load on a server, whose address it gets, and says what the server took for it.</summary>
    public static async Task<Measurement> MeasureAsync(Server server, Wire wire, Load load)
    {
        var before = server.ProcessorTime;
        var result = await LoadProcess.RunAsync(Generator, load with { Address = server.AddressOf(wire), IsHttp2 = wire == Wire.Grpc });
        var taken = server.ProcessorTime - before;
        return result is { Wrong: 0, Disconnected: 0 }
            ? new Measurement(result, taken)
            : throw new InvalidOperationException(
                $"{server.Kind}, {wire}: {result.Wrong} of {result.Compared} answers are wrong, {result.Disconnected} connections broke.\n{server.Front.Output}");
    }
}
