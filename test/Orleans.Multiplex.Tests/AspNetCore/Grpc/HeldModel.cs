using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>A model whose calls wait until the test answers them, each under a number: the order in which they came.</summary>
internal sealed class HeldModel
{
    private readonly Channel<int> _calls = Channel.CreateUnbounded<int>();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<InferenceResponse>> _answers = new();
    private int _count;
    private int _cancelled;

    public FakeMultiplexClient Client => new() { OnInfer = (_, _, _, token) => InferAsync(token) };

    /// <summary>How many calls have come, and how many of them were cancelled.</summary>
    public int Count => Volatile.Read(ref _count);

    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>Waits until as many more calls have come.</summary>
    public async Task CalledAsync(int times = 1)
    {
        for (; times > 0; times--)
        {
            await _calls.Reader.ReadAsync(HttpHost.Cancellation).Soon();
        }
    }

    public void Answer(int call) => _answers[call].SetResult(FakeMultiplexClient.Answer([Tensor.Create("call", [call])]));

    private async Task<InferenceResponse> InferAsync(CancellationToken token)
    {
        var call = Interlocked.Increment(ref _count) - 1;
        var answer = _answers[call] = new TaskCompletionSource<InferenceResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = token.UnsafeRegister(
            _ =>
            {
                Interlocked.Increment(ref _cancelled);
                answer.TrySetCanceled(token);
            },
            null);
        await _calls.Writer.WriteAsync(call, CancellationToken.None);
        return await answer.Task;
    }
}
