using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Loading;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>The threads on which the steps of a load run.</summary>
public sealed class LoadStepTests : IDisposable
{
    private readonly WorkQueue _work = new();
    private readonly DedicatedThreads _threads;
    private readonly ManualResetEventSlim _mayBegin = new();
    private readonly LoadInProgress _load;

    public LoadStepTests()
    {
        _threads = new DedicatedThreads("test-load", 4, _work);
        _load = new LoadInProgress(new LoadQueue(4, long.MaxValue), _threads, _work);
    }

    public void Dispose()
    {
        _mayBegin.Set();
        _threads.Dispose();
        _mayBegin.Dispose();
    }

    [Fact]
    public async Task Run_StepsEndWhenTheyReturn_AllRunOnOneThread()
    {
        var threads = new List<string?>();

        await BeginAsync(async () =>
        {
            for (var i = 0; i < 10; i++)
            {
                threads.Add(await _load.RunAsync(() => Task.FromResult(Thread.CurrentThread.Name), CancellationToken.None));
            }
        });

        Assert.StartsWith("test-load-", Assert.Single(threads.Distinct()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_StepEndsLater_TheNextOneGetsAThreadAllTheSame()
    {
        var later = new Checkpoint();

        var loading = BeginAsync(() => _load.RunAsync(
            async () =>
            {
                await later.PassDeafAsync();
                return 0;
            },
            CancellationToken.None));
        await later.Reached;
        later.Open();
        await loading.Soon();

        Assert.StartsWith("test-load-", await _load.RunAsync(() => Task.FromResult(Thread.CurrentThread.Name), CancellationToken.None).Soon(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NextStepBlocksItsThread_IsLeftBehind()
    {
        using var stop = new CancellationTokenSource();
        using var mayEnd = new ManualResetEventSlim();
        var blocked = new TaskCompletionSource();

        var loading = BeginAsync(() => _load.RunAsync(
            () =>
            {
                blocked.SetResult();
                mayEnd.Wait();
                return Task.FromResult(0);
            },
            stop.Token));
        await blocked.Task.Soon();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loading.Soon());
        Assert.False(_load.Step!.IsCompleted);
        mayEnd.Set();
        await _load.Step.Soon();
    }

    [Fact]
    public async Task Run_ThreadsEndMeanwhile_BeginsNoFurtherStep()
    {
        var hasBegun = false;

        await Assert.ThrowsAsync<ObjectDisposedException>(() => BeginAsync(() =>
        {
            _threads.Dispose();
            return _load.RunAsync(() => Task.FromResult(hasBegun = true), CancellationToken.None);
        }));

        await _threads.WhenEnded.Soon();
        Assert.False(hasBegun);
    }

    // A load whose first step has ended on a thread, where it goes on.
    private async Task BeginAsync(Func<Task> goOn)
    {
        await Task.Run(() =>
        {
            var loading = LoadAsync();
            _mayBegin.Set();
            return loading;
        }).Soon();

        async Task LoadAsync()
        {
            await _load.RunAsync(
                () =>
                {
                    _mayBegin.Wait();
                    return Task.FromResult(0);
                },
                CancellationToken.None);
            await goOn();
        }
    }
}
