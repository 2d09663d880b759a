using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Packs sessions of resident models, once one is used so much that it pays: reserved and in turn like any load, while the session goes on answering.
/// </summary>
internal sealed partial class SessionPacking(
    SiloQuota quota, LoadQueue queue, DedicatedThreads threads, TimeSpan timeout, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    /// <summary>After so long it is tried again for which there was no room, and after twice as long each further time.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);

    private const int MostDoublings = 6;

    private readonly ILogger _logger = logger;

    /// <summary>Packs the model when it pays; does nothing for one that cannot be packed.</summary>
    /// <param name="resident">The model's resident.</param>
    /// <param name="model">The model.</param>
    /// <param name="admit">Lets it be opened; see <see cref="IModelOpener.AdmitAsync"/>.</param>
    public void Watch(Resident resident, object model, Func<CancellationToken, ValueTask<IDisposable?>> admit)
    {
        if (model is IPackableSession session)
        {
            session.WhenPackingPays(() => Start(resident, session, admit));
        }
    }

    // It is told on an inference thread, in the middle of a request: neither may wait for it, nor may its context flow here.
    private void Start(Resident resident, IPackableSession session, Func<CancellationToken, ValueTask<IDisposable?>> admit, int tries = 0)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(async () =>
            {
                if (!await TryPackAsync(resident, session, admit))
                {
                    // Others were evicted for it in vain: not again soon.
                    await Task.Delay(RetryPause * (1 << Math.Min(tries, MostDoublings)), time, resident.LoadStopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    session.WhenPackingPays(() => Start(resident, session, admit, tries + 1));
                }
            });
        }
    }

    /// <summary>Packs the model. False when there was no room, and there may be some later: else it is settled, in whatever way.</summary>
    private async Task<bool> TryPackAsync(Resident resident, IPackableSession session, Func<CancellationToken, ValueTask<IDisposable?>> admit)
    {
        // In use: nobody unloads the model meanwhile, and its reservation stays.
        if (!resident.Gate.TryEnter())
        {
            return true;
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, resident.LoadStopped);
        var reservation = resident.Reservation!;
        var (before, packed) = (reservation.Memory, session.PackedMemory);
        var load = new LoadInProgress(queue, threads);
        try
        {
            // 1. Room for both openings: the first goes only when nothing runs on it any more.
            var both = new ModelMemory(before.HeapBytes + packed.HeapBytes, Math.Max(before.MappedBytes, packed.MappedBytes));
            if (!await quota.TryCorrectAsync(reservation, both, isInUse: false, stop.Token))
            {
                LogNoRoom(resident.Name, packed);
                return !both.FitsIn(quota.Most);
            }

            // 2. Open it, in turn with the loads. Whoever ends it waits for its end: what is opened then must have an owner.
            await load.TakeTurnAsync(stop.Token);
            var admission = await admit(stop.Token);
            var opened = await load.RunAsync(() => Open(admission), CancellationToken.None);
            load.EndTurn();

            // 3. Give back what the first opening took.
            await opened;
            before = packed;
            LogPacked(resident.Name, packed);
        }
#pragma warning disable CA1031 // The model answers as before, whatever it is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Else the model goes, or the silo stops.
            if (limit.IsCancellationRequested || !stop.IsCancellationRequested)
            {
                LogNotPacked(resident.Name, fault.Message);
            }
        }
        finally
        {
            load.EndTurn();
            quota.SetMemory(reservation, before);
            if (resident.Gate.Leave())
            {
                resident.Pool.OnIdle();
            }
        }

        return true;

        Task<Task> Open(IDisposable? admission)
        {
            using (admission)
            {
                return Task.FromResult(session.PackAsync(stop.Token));
            }
        }
    }

    [LoggerMessage(LogEvents.LoadingIds + 20, LogLevel.Information, "Packed model '{Model}' for speed; it takes {Memory} now.")]
    private partial void LogPacked(string model, ModelMemory memory);

    [LoggerMessage(LogEvents.LoadingIds + 21, LogLevel.Information, "There is no room to pack model '{Model}' for speed, which takes {Memory}; it goes on as it is.")]
    private partial void LogNoRoom(string model, ModelMemory memory);

    [LoggerMessage(LogEvents.LoadingIds + 22, LogLevel.Warning, "Model '{Model}' cannot be packed for speed, and goes on as it is: {Reason}")]
    private partial void LogNotPacked(string model, string reason);
}
