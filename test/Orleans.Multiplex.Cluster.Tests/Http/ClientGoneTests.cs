using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Clients that go away while their requests wait or run, over a real server and a real silo.</summary>
public sealed class ClientGoneTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();
    private readonly ConcurrentQueue<int> _ran = new();
    private readonly FakeGates _gates = new();

    public ClientGoneTests() => _folder.Add("m");

    public void Dispose()
    {
        _gates.OpenAll();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Client_GoneWhileItsRequestIsQueued_TheRequestLeavesTheQueueAtOnceAndNeverRuns(bool isGrpc, bool isInSilo)
    {
        await using var cluster = await StartAsync(threads: 1);
        await using var gateway = await Gateway.StartAsync(isInSilo ? cluster.Get<IGrainFactory>() : cluster.Client);
        _engine.OnRun = (request, _) => Note(request, "first", isBlocked: Number(request) == 1);
        var first = SendAsync(gateway, isGrpc, 1, Waiting.Token);
        await _gates.WaitForArrivalAsync("first");
        using var client = new CancellationTokenSource();
        var second = SendAsync(gateway, isGrpc, 2, client.Token);
        await Waiting.UntilAsync(() => cluster.Get<InferenceScheduler>().Waiting == 1);
        var third = SendAsync(gateway, isGrpc, 3, Waiting.Token);
        await Waiting.UntilAsync(() => cluster.Get<InferenceScheduler>().Waiting == 2);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => second.Soon());
        await Waiting.UntilAsync(() => cluster.Get<InferenceScheduler>().Waiting == 1 && cluster.Residents()[0].Gate.Users == 2 * 2);
        _gates.Open("first");
        await Task.WhenAll(first, third).Soon();
        Assert.Equal([1, 3], _ran);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Client_GoneWhileItsRequestRuns_TheRunIsToldAndKeepsItsBytesAndItsModelUntilItHasEnded(bool isGrpc, bool isInSilo)
    {
        await using var cluster = await StartAsync(threads: 2);
        await using var gateway = await Gateway.StartAsync(isInSilo ? cluster.Get<IGrainFactory>() : cluster.Client);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<int[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        _engine.OnRun = (request, token) =>
        {
            if (Number(request) == 1)
            {
                using var registration = token.UnsafeRegister(_ => told.TrySetResult(), null);
                _gates.ArriveAndBlock("first");
                ended.SetResult(((Tensor)request.Inputs[0]).ToArray<int>());
            }
        };
        using var client = new CancellationTokenSource();
        var first = SendAsync(gateway, isGrpc, 1, client.Token);
        await _gates.WaitForArrivalAsync("first");

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => first.Soon());
        await told.Task.Soon();

        // What the server or the silo gave back would be filled with others' numbers now.
        for (var i = 2; i < 50; i++)
        {
            await SendAsync(gateway, isGrpc, i, Waiting.Token).Soon();
        }

        Assert.Equal(1, cluster.Residents()[0].Gate.Users);
        _gates.Open("first");
        Assert.All(await ended.Task.Soon(), number => Assert.Equal(1, number));
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 0);
    }

    private static int Number(InferenceRequest request) => MemoryMarshal.Read<int>(((Tensor)request.Inputs[0]).Data.Span);

    private static Task SendAsync(Gateway gateway, bool isGrpc, int number, CancellationToken cancellationToken)
    {
        var numbers = Enumerable.Repeat(number, 1000).ToArray();
        if (!isGrpc)
        {
            var body = new { inputs = new[] { new { name = "x", datatype = "INT32", shape = new[] { numbers.Length }, data = numbers } } };
            return PostAsync();

            async Task PostAsync()
            {
                using var response = await gateway.Http.PostAsJsonAsync("/v2/models/m/infer", body, cancellationToken);
                response.EnsureSuccessStatusCode();
            }
        }

        var request = new ModelInferRequest { ModelName = "m", RawInputContents = { ByteString.CopyFrom(MemoryMarshal.AsBytes(numbers.AsSpan())) } };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = "INT32", Shape = { numbers.Length } });
        return gateway.Inference.ModelInferAsync(request, new CallOptions(cancellationToken: cancellationToken)).ResponseAsync;
    }

    private void Note(InferenceRequest request, string gate, bool isBlocked)
    {
        _ran.Enqueue(Number(request));
        if (isBlocked)
        {
            _gates.ArriveAndBlock(gate);
        }
    }

    private Task<TestCluster> StartAsync(int threads) => TestCluster.StartAsync(
        configure: options =>
        {
            options.Models = _folder.Path;
            options.Execution.Threads = threads;
        },
        configureSilo: silo => silo.Services.AddSingleton<IInferenceBackend>(_engine));
}
