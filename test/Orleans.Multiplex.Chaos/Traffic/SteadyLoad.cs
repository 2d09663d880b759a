namespace Orleans.Multiplex.Chaos.Traffic;

/// <summary>Callers that ask for models by Zipf's law until they are told to end, and count what comes of it for the phase that runs.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Callers = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly Zipf _models = new(ChaosCluster.Models);
    private readonly Task _callers;
    private volatile Tally _tally = new(TimeProvider.System);

    public SteadyLoad(ChaosCluster cluster, int seed) =>
        _callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => AskAsync(new Caller(cluster, TimeProvider.System), new Random(seed + i)))));

    /// <summary>Counts anew from now on.</summary>
    public Tally Begin() => _tally = new Tally(TimeProvider.System);

    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _callers;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }

    private async Task AskAsync(Caller caller, Random random)
    {
        while (!_end.IsCancellationRequested)
        {
            // What was asked in a phase counts in it, also where it is answered in the next one.
            var tally = _tally;
            tally.Count(await caller.AskAsync(_models.Draw(random), CancellationToken.None));
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
