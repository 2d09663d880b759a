using Orleans.Multiplex.Testing.Processes;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Callers that ask one after the other until they are told to end.</summary>
public sealed class BackgroundLoad : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task _callers;
    private int _answered;

    /// <param name="callers">How many ask at once.</param>
    /// <param name="askAsync">Asks once.</param>
    /// <param name="gateway">Who is asked.</param>
    public BackgroundLoad(int callers, Func<HttpClient, Random, Task> askAsync, HostProcess gateway) =>
        _callers = Task.WhenAll(Enumerable.Range(0, callers).Select(seed => Task.Run(async () =>
        {
            using var http = gateway.CreateClient();
            var random = new Random(seed);
            while (!_end.IsCancellationRequested)
            {
                await askAsync(http, random);
                Interlocked.Increment(ref _answered);
            }
        })));

    /// <summary>Waits, for a minute at most, until so many more requests have been answered.</summary>
    public async Task WaitForMoreAsync(int count)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var wanted = Volatile.Read(ref _answered) + count;
        while (Volatile.Read(ref _answered) < wanted)
        {
            if (_callers.IsCompleted)
            {
                await _callers;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Lets each caller end after its present request, and waits for that.</summary>
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
}
