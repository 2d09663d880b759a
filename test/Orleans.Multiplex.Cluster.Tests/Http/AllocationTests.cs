using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>
/// What a warm request allocates, from the gateway's socket to a model of the same process and back. Unlike its time that is the same on every machine, but
/// for what the runtime does beside it, which the many requests make small.
/// </summary>
public sealed class AllocationTests : IDisposable
{
    private readonly ITestOutputHelper _output;

    private const int Requests = 3000;
    private const int Rounds = 3;

    private const string Tensor = "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh";

    private readonly ModelFolder _folder = new();

    public AllocationTests(ITestOutputHelper output)
    {
        _output = output;
        _folder.Add("m");
    }

    public void Dispose() => _folder.Dispose();

    // Measured: 10,700 through the model's grain, 3,950 where it is resident.
    [Theory]
    [InlineData(false, 11_200)]
    [InlineData(true, 4_150)]
    public async Task Infer_WarmBinaryRequest_AllocatesNoMoreThanItDid(bool isHere, int mostBytes)
    {
        await using var cluster = await TestCluster.StartAsync(
            configure: options => options.Models = _folder.Path,
            configureSilo: silo => silo.Services
                .AddSingleton<IInferenceBackend>(new FakeBackend { NeverBlocks = true })
                .Configure<LoggerFilterOptions>(static log => log.MinLevel = LogLevel.Warning));
        await using var gateway = await Gateway.StartAsync(cluster.Get<IGrainFactory>(), isHere ? cluster.Get<ILocalModels>() : null);
        const string Json = """{"inputs":[{"name":"x","shape":[1,16],"datatype":"FP32","parameters":{"binary_data_size":64}}],"parameters":{"binary_data_output":true}}""";
        var request = Encoding.ASCII.GetBytes(
            $"POST /v2/models/m/infer HTTP/1.1\r\nHost: here\r\nContent-Type: application/octet-stream\r\nContent-Length: {Json.Length + Tensor.Length}\r\n"
            + $"Inference-Header-Content-Length: {Json.Length}\r\n\r\n{Json}{Tensor}");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
        await socket.ConnectAsync("127.0.0.1", gateway.Http.BaseAddress!.Port, Waiting.Token);
        var answer = new byte[64 * 1024];
        Ask(socket, request, answer, Requests);

        // The least of some rounds: what the silo does beside is counted too, and is more on a busy machine.
        var bytes = long.MaxValue;
        for (var i = 0; i < Rounds; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Ask(socket, request, answer, Requests);
            bytes = Math.Min(bytes, (GC.GetTotalAllocatedBytes(precise: true) - before) / Requests);
        }

        _output.WriteLine($"{bytes} bytes for a request, {(isHere ? "resident here" : "through the model's grain")}");
        Assert.InRange(bytes, 1, mostBytes);
    }

    // One after the other, with nothing of its own that allocates: the answer is there when its last line is.
    private static void Ask(Socket socket, byte[] request, byte[] answer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            socket.Send(request);
            for (var length = 0; ;)
            {
                length += socket.Receive(answer, length, answer.Length - length, SocketFlags.None);
                if (answer.AsSpan(0, length).EndsWith("m@1"u8))
                {
                    break;
                }
            }

            Assert.True(answer.AsSpan().StartsWith("HTTP/1.1 200"u8));
        }
    }
}
