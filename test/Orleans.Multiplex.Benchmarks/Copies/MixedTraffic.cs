using Orleans.Multiplex.Testing.Traffic;

namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>Callers that ask again as soon as they have an answer: four times of five for the hot model, else for one of the others, by Zipf's law.</summary>
internal sealed class MixedTraffic : IAsyncDisposable
{
    private const int Callers = 96;
    private const double PartOfHot = 0.8;

    private readonly CancellationTokenSource _end = new();
    private readonly Zipf _others = new(HotModel.Others);
    private readonly Task _callers;
    private long _answers;
    private long _otherAnswers;
    private long _otherHits;

    public MixedTraffic(IMultiplexClient client) =>
        _callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => AskAsync(client, new Random(i)))));

    /// <summary>What has been answered so far.</summary>
    public TrafficCount Count => new(Interlocked.Read(ref _answers), Interlocked.Read(ref _otherAnswers), Interlocked.Read(ref _otherHits));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _callers;
        _end.Dispose();
    }

    private async Task AskAsync(IMultiplexClient client, Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            var isHot = random.NextDouble() < PartOfHot;
            var answer = await client.InferAsync(isHot ? HotModel.Name : $"m{_others.Draw(random)}", []);
            Interlocked.Increment(ref _answers);
            if (!isHot)
            {
                Interlocked.Increment(ref _otherAnswers);
                Interlocked.Add(ref _otherHits, answer.IsCold ? 0 : 1);
            }
        }
    }
}
