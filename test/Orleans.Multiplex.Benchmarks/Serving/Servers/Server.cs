using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Benchmarks.Serving.Servers;

/// <summary>A server under test.</summary>
/// <param name="Kind">Which of them.</param>
/// <param name="Front">The process that listens.</param>
/// <param name="Behind">The processes behind it.</param>
internal sealed record Server(ServerKind Kind, HostProcess Front, params IReadOnlyList<HostProcess> Behind) : IAsyncDisposable
{
    /// <summary>The processor time of all of it.</summary>
    public TimeSpan ProcessorTime => Behind.Aggregate(Front.ProcessorTime, static (sum, process) => sum + process.ProcessorTime);

    /// <summary>Where it takes requests in a wire.</summary>
    public string AddressOf(Wire wire) => (wire == Wire.Grpc ? Front.GrpcAddress! : Front.Address).GetLeftPart(UriPartial.Authority);

    public async ValueTask DisposeAsync()
    {
        await Front.DisposeAsync();
        foreach (var process in Behind)
        {
            await process.DisposeAsync();
        }
    }
}
