using Orleans.Multiplex.Testing.Traffic;

namespace Orleans.Multiplex.Chaos.Traffic;

/// <summary>Callers that ask for models by Zipf's law until they are told to end, and count what comes of it for the phase that runs.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private const int Callers = 8;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _end = new();
    private readonly Zipf _models = new(ChaosCluster.Models);
    private readonly SemaphoreSlim _turns = new(0);
    private readonly Task _callers;
    private volatile Tally _tally = new(TimeProvider.System);
    private volatile int[]? _only;

    public SteadyLoad(ChaosCluster cluster, int seed) =>
        _callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(() => AskAsync(new Caller(cluster, TimeProvider.System), new Random(seed + i), isFree: i == 0))));

    /// <summary>Lets the callers ask, and counts anew.</summary>
    public Tally Go()
    {
        _tally = new Tally(TimeProvider.System);
        _turns.Release(Callers);
        return _tally;
    }

    /// <summary>Lets all requests end, and no other begin.</summary>
    public async Task HoldAsync()
    {
        for (var i = 0; i < Callers; i++)
        {
            await _turns.WaitAsync();
        }
    }

    /// <summary>All callers but one ask for these models alone, until it is called with null.</summary>
    public void Only(IEnumerable<int>? models) => _only = models?.ToArray();

    /// <summary>Ends the callers, which are held.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _callers;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
        _turns.Dispose();
    }

    private async Task AskAsync(Caller caller, Random random, bool isFree)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await _turns.WaitAsync(_end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var model = !isFree && _only is { Length: > 0 } only ? only[random.Next(only.Length)] : _models.Draw(random);
            _tally.Count(await caller.AskAsync(model, CancellationToken.None));
            _turns.Release();
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
