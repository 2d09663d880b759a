using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Asks the store whether resident models have changed there: each one once in an interval, at a moment of its own, a few at once. A store that does not
/// answer changes nothing.
/// </summary>
internal sealed partial class VersionWatch(ResidencyLedger ledger, VersionSwap swap, VersionOptions options, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>The most models of which the store is asked at once.</summary>
    public const int MaxQuestions = 8;

    /// <summary>The most models that are swapped at once: their loads take turns with those that requests wait for.</summary>
    public const int MaxSwaps = 4;

    /// <summary>When the store is given up, waiting for a turn to ask it included.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

#pragma warning disable CA2213 // None of them has a handle to dispose, and looks under way still use them.
    private readonly SemaphoreSlim _questions = new(MaxQuestions);
    private readonly SemaphoreSlim _swaps = new(MaxSwaps);
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213

    private readonly Lock _lock = new();
    private readonly ILogger _logger = logger;
    private ITimer? _timer;
    private long? _failedAt;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(VersionWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.RefreshInterval > TimeSpan.Zero)
        {
            var pause = TimeSpan.FromTicks(Math.Clamp(options.RefreshInterval.Ticks / 32, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond));
            _timer = time.CreateTimer(static state => _ = ((VersionWatch)state!).LookAsync(), this, pause, pause);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _stopping.Cancel();
    }

    /// <summary>Looks at the models that are due. Completes when they have been looked at, and swapped where they had changed.</summary>
    public Task LookAsync()
    {
        var looks = new List<Task>();
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var resident in ledger.Snapshot().Where(static resident => resident is { State: ResidentState.Ready, Store.Tag: not null }))
            {
                if (resident.Store.LookDueAt == 0)
                {
                    resident.Store.LookDueAt = now + GetFirstPause(resident);
                }

                if (resident.Store.LookDueAt <= now)
                {
                    // Until it has been looked at.
                    resident.Store.LookDueAt = long.MaxValue;
                    looks.Add(Task.Run(() => LookAsync(resident), CancellationToken.None));
                }
            }
        }

        return Task.WhenAll(looks);
    }

    // Models that were loaded together are not asked for together.
    private long GetFirstPause(Resident resident) => (long)((uint)resident.Key.GetHashCode() / (double)uint.MaxValue * ToTicks(options.RefreshInterval));

    private long ToTicks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private async Task LookAsync(Resident resident)
    {
        var askedAt = time.GetTimestamp();
        try
        {
            if (await FollowAsync(resident))
            {
                askedAt = time.GetTimestamp();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
#pragma warning disable CA1031 // Whatever the store throws, the model goes on as it is, and it is asked again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            TellFailure(resident.Name, error);
        }
        finally
        {
            resident.Store.LookDueAt = askedAt + ToTicks(options.RefreshInterval);
        }
    }

    // First in the name of those who name no version: what is found for them mostly tells of the others too. True when a swap was tried, which
    // may have taken long.
    private async Task<bool> FollowAsync(Resident resident)
    {
        var hasTried = false;
        var askers = resident.Holders.OfType<IVersionHolder>().Where(static holder => holder.Key is not null).GroupBy(static holder => holder.Key!.Value);
        foreach (var holders in askers.OrderBy(static holders => holders.Key.Version is not null))
        {
            var asker = holders.First();
            var found = await AskAsync(asker, holders.Key);
            var change = VersionRule.Decide(holders.Key, resident.Key.Version, resident.Store.Tag!, found);
            if (change != VersionChange.None)
            {
                await SwapAsync(resident, found!, asker);
                hasTried = true;
            }
            else if (resident.Store.Newer is { } newer && (newer.Version == resident.Key.Version || holders.Key.Version is null))
            {
                // What was newer is not there any more.
                resident.Store.Newer = null;
            }

            if (found?.Version == resident.Key.Version)
            {
                break;
            }
        }

        return hasTried;
    }

    private async Task SwapAsync(Resident resident, ModelManifest found, IVersionHolder asker)
    {
        await _swaps.WaitAsync(_stopping.Token);
        try
        {
            await swap.SwapAsync(resident, found, asker);
        }
        finally
        {
            _swaps.Release();
        }
    }

    // A store that is deaf to the end keeps its turn, and with it the thread that it blocks: there are no more such than turns.
    private async Task<ModelManifest?> AskAsync(IVersionHolder asker, ModelKey key)
    {
        using var over = new CancellationTokenSource(Patience, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _stopping.Token);
        var token = stop.Token;
        try
        {
            await _questions.WaitAsync(token);
            var asking = Task.Run(AskInTurnAsync, CancellationToken.None);
            _ = asking.ContinueWith(static failed => failed.Exception, TaskScheduler.Default);
            return await asking.WaitAsync(token);
        }
        catch (Exception error) when (error is ModelNotFoundException or ModelQuarantinedException)
        {
            return null;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            throw new StoreUnavailableException(key.ToString(), $"it did not answer within {Patience.TotalSeconds:0} s.", TimeSpan.Zero);
        }

        async Task<ModelManifest?> AskInTurnAsync()
        {
            try
            {
                return await asker.Opener.FindAsync(key, token);
            }
            finally
            {
                _questions.Release();
            }
        }
    }

    // Once for as long as it goes on.
    private void TellFailure(string model, Exception error)
    {
        bool isNew;
        lock (_lock)
        {
            isNew = _failedAt is not { } at || time.GetElapsedTime(at) > (options.RefreshInterval * 2) + Patience;
            _failedAt = time.GetTimestamp();
        }

        LogNotAsked(isNew ? LogLevel.Warning : LogLevel.Debug, model, error.Message);
    }

    [LoggerMessage(EventId = LogEvents.LoadingIds + 25,
        Message = "The store could not be asked whether model '{Model}' has changed; resident models go on as they are, and it is asked again. {Error}")]
    private partial void LogNotAsked(LogLevel level, string model, string error);
}
