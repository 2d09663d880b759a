using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Opens resident models anew in a way that runs faster, once one is used so much that it pays: reserved and in turn like any load, while the session goes
/// on answering.
/// </summary>
internal sealed partial class SessionReopening(
    SiloQuota quota, LoadQueue queue, DedicatedThreads threads, WorkQueue work, TimeSpan timeout, TimeProvider time, ILogger logger, CancellationToken stopping)
{
    /// <summary>After so long it is tried again what was not possible, and after twice as long each further time.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMinutes(1);

    private const int MostDoublings = 6;

    private readonly ILogger _logger = logger;

    private enum Outcome
    {
        Reopened,

        /// <summary>It may be possible later.</summary>
        NotNow,

        /// <summary>It goes on as it is.</summary>
        Settled,
    }

    /// <summary>Opens the model anew when it pays, as often as there is a better way; does nothing for one that has none.</summary>
    /// <param name="resident">The model's resident.</param>
    /// <param name="model">The model.</param>
    /// <param name="admit">Lets it be opened; see <see cref="IModelOpener.AdmitAsync"/>.</param>
    public void Watch(Resident resident, object model, Func<CancellationToken, ValueTask<IDisposable?>> admit)
    {
        if (model is IReopenableSession session)
        {
            Watch(resident, session, admit, tries: 0);
        }
    }

    // It is told on an inference thread, in the middle of a request: neither may wait for it, nor may its context flow here.
    private void Watch(Resident resident, IReopenableSession session, Func<CancellationToken, ValueTask<IDisposable?>> admit, int tries) =>
        session.WhenReopeningPays(() =>
        {
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(() => ReopenAsync(resident, session, admit, tries));
            }
        });

    private async Task ReopenAsync(Resident resident, IReopenableSession session, Func<CancellationToken, ValueTask<IDisposable?>> admit, int tries)
    {
        switch (await TryReopenAsync(resident, session, session.Next!, admit))
        {
            case Outcome.Reopened:
                Watch(resident, session, admit, tries: 0);
                break;
            case Outcome.NotNow:
                // Others may have been evicted for it in vain: not again soon.
                await Task.Delay(RetryPause * (1 << Math.Min(tries, MostDoublings)), time, resident.LoadStopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Watch(resident, session, admit, tries + 1);
                break;
        }
    }

    private async Task<Outcome> TryReopenAsync(
        Resident resident, IReopenableSession session, Reopening next, Func<CancellationToken, ValueTask<IDisposable?>> admit)
    {
        // In use: nobody unloads the model meanwhile, and its reservation stays.
        if (!resident.Gate.TryEnter())
        {
            return Outcome.Settled;
        }

        using var limit = new CancellationTokenSource(timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, resident.LoadStopped);
        var reservation = resident.Reservation!;
        var memory = reservation.Memory;
        var load = new LoadInProgress(queue, threads, work);
        try
        {
            // 1. Room for both openings: the one before goes only when nothing runs on it any more.
            var both = next.Beside(memory);
            if (!await quota.TryCorrectAsync(reservation, both, isInUse: false, stop.Token))
            {
                LogNoRoom(resident.Name, next.Way, next.Memory);
                return both.FitsIn(quota.Most) ? Outcome.NotNow : Outcome.Settled;
            }

            // 2. Open it, in turn with the loads. Whoever ends it waits for its end: what is opened then must have an owner.
            await load.TakeTurnAsync(stop.Token);
            await load.BeginWorkAsync(next.Memory, stop.Token);
            using var admission = await admit(stop.Token);
            var opened = await load.RunAsync(() => Open(admission), CancellationToken.None);
            load.EndTurn();

            // 3. Give back what the opening before took.
            await opened;
            memory = next.Memory;
            LogReopened(resident.Name, next.Way, memory);
            return Outcome.Reopened;
        }
#pragma warning disable CA1031 // The model answers as before, whatever it is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // Else the model goes, or the silo stops.
            if (limit.IsCancellationRequested || !stop.IsCancellationRequested)
            {
                LogNotReopened(resident.Name, next.Way, fault.Message);
            }

            return Outcome.NotNow;
        }
        finally
        {
            load.EndTurn();
            quota.SetMemory(reservation, memory);
            if (resident.Gate.Leave())
            {
                resident.Pool.OnIdle();
            }
        }

        Task<Task> Open(IDisposable? admission)
        {
            // Here already: what follows is to wait for the runs on the opening before. Where this never runs, its owner ends it.
            using (admission)
            {
                return Task.FromResult(session.ReopenAsync(stop.Token));
            }
        }
    }

    [LoggerMessage(LogEvents.LoadingIds + 20, LogLevel.Information, "Opened model '{Model}' {Way} for speed; it takes {Memory} now.")]
    private partial void LogReopened(string model, string way, ModelMemory memory);

    [LoggerMessage(LogEvents.LoadingIds + 21, LogLevel.Information, "There is no room to open model '{Model}' {Way} for speed, which takes {Memory}; it goes on as it is.")]
    private partial void LogNoRoom(string model, string way, ModelMemory memory);

    [LoggerMessage(LogEvents.LoadingIds + 22, LogLevel.Warning, "Model '{Model}' cannot be opened {Way} for speed, and goes on as it is: {Reason}")]
    private partial void LogNotReopened(string model, string way, string reason);
}
