using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Sharing;

/// <summary>
/// The worker that the silos of a machine share which share a cache folder. Who holds its lock is the host and has the process; the others give it their
/// jobs. When it goes, one of the others takes the lock. Who cannot reach it has a worker of its own, and so has who was told by the host that it
/// cannot start one.
/// </summary>
/// <param name="own">The worker of this silo, which has no process before it is asked for something.</param>
/// <param name="place">Where the silos find each other.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class MachineWorker(ModelWorker own, WorkerPlace place, TimeProvider time, ILogger logger) : IModelWorker
{
    /// <summary>How many hosts may be lost with a check before the silo does it itself.</summary>
    private const int MaxLosses = 2;

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
#pragma warning disable CA2213 // They have no timer and no handle, so there is nothing to dispose; what is under way may look at them for longer than this.
    private readonly SemaphoreSlim _choosing = new(1);
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213
    private WorkerPart _part;
    private long _partSince;
    private bool _wasAlone;
    private HostPipe? _host;
    private GuestPipe? _guest;

    /// <summary>What part this silo has.</summary>
    public WorkerPart Part
    {
        get
        {
            lock (_lock)
            {
                return _part;
            }
        }
    }

    /// <summary>Takes a part; the process of a host is there then for the first job.</summary>
    public void Start() => Begin(StartAsync);

    public Task<JobEnd> CheckAsync(WorkerJob job, JobLimits limits) => RunAsync(job, limits, CancellationToken.None);

    public Task<JobEnd> PrepareAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken) => RunAsync(job, limits, cancellationToken);

    public void Dispose()
    {
        _stopping.Cancel();
        HostPipe? host;
        GuestPipe? guest;
        lock (_lock)
        {
            (host, guest) = (_host, _guest);
        }

        // The lock goes last: who takes it next finds no process of this one.
        own.Dispose();
        guest?.Dispose();
        host?.Dispose();
    }

    private static void Begin(Func<Task> work)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(work);
        }
    }

    private async Task StartAsync()
    {
        if (await FindHostAsync() is null)
        {
            own.Start();
        }
    }

    private async Task<JobEnd> RunAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        for (var losses = 0; losses < MaxLosses; losses++)
        {
            if (await FindHostAsync() is not { } host || await host.RunAsync(job, limits, cancellationToken) is not { } end)
            {
                break;
            }

            _stopping.Token.ThrowIfCancellationRequested();
            if (end.Outcome == JobOutcome.NotStarted)
            {
                Leave(host, end.Reason ?? "");
                break;
            }

            // A preparation may as well be put off.
            if (end.Outcome != JobOutcome.Lost || job.Kind != JobKind.Check)
            {
                return end;
            }

            LogLost(end.Reason ?? "");
        }

        return await RunOwnAsync(job, limits, cancellationToken);
    }

    private async Task<JobEnd> RunOwnAsync(WorkerJob job, JobLimits limits, CancellationToken cancellationToken)
    {
        try
        {
            return await (job.Kind == JobKind.Check ? own.CheckAsync(job, limits) : own.PrepareAsync(job, limits, cancellationToken));
        }
        finally
        {
            if (Part == WorkerPart.Guest)
            {
                // The next one is the host's again.
                _ = own.RestAsync();
            }
        }
    }

    /// <summary>The host; null where this silo does its jobs itself.</summary>
    private async ValueTask<GuestPipe?> FindHostAsync()
    {
        if (Holds(out var host))
        {
            return host;
        }

        if (Part == WorkerPart.Alone)
        {
            // It has a worker meanwhile.
            Begin(LookAsync);
            return null;
        }

        return await LookAsync();
    }

    private async Task<GuestPipe?> LookAsync()
    {
        await _choosing.WaitAsync(_stopping.Token);
        try
        {
            return Holds(out var host) ? host : await ChooseAsync();
        }
        finally
        {
            _choosing.Release();
        }
    }

    private bool Holds(out GuestPipe? host)
    {
        lock (_lock)
        {
            host = _guest;
            return PartRule.Holds(_part, host is { WhenLost.IsCompleted: true }, time.GetElapsedTime(_partSince));
        }
    }

    private async Task<GuestPipe?> ChooseAsync()
    {
        lock (_lock)
        {
            if (_part == WorkerPart.Guest)
            {
                MoveTo_NeedsLock(WorkerPart.None);
            }
        }

        var found = await HostSearch.RunAsync(place, own.IsFound(), time, _stopping.Token);
        switch (found.Part)
        {
            case WorkerPart.Host:
                BeHost(found.Lock!);
                break;
            case WorkerPart.Guest:
                BeGuest(found.Guest!);
                break;
            default:
                BeAlone(found.Fault!);
                break;
        }

        return found.Guest;
    }

    private void BeHost(FileLock taken)
    {
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                taken.Dispose();
                _stopping.Token.ThrowIfCancellationRequested();
            }

            _host = new HostPipe(taken, place.PipeName, own, time, _logger);
            MoveTo_NeedsLock(WorkerPart.Host);
            _wasAlone = false;
        }

        LogHost(place.PipeName);
    }

    private void BeGuest(GuestPipe guest)
    {
        bool wasAlone;
        lock (_lock)
        {
            if (_stopping.IsCancellationRequested)
            {
                guest.Dispose();
                _stopping.Token.ThrowIfCancellationRequested();
            }

            _guest = guest;
            MoveTo_NeedsLock(WorkerPart.Guest);
            (wasAlone, _wasAlone) = (_wasAlone, false);
        }

        // The next host has its process as soon as the one before has gone, and not when the first job waits for it.
        guest.WhenLost.ContinueWith(_ => Start(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (wasAlone)
        {
            _ = own.RestAsync();
        }

        LogGuest(place.PipeName);
    }

    private void BeAlone(string fault)
    {
        bool wasAlone;
        lock (_lock)
        {
            MoveTo_NeedsLock(WorkerPart.Alone);
            (wasAlone, _wasAlone) = (_wasAlone, true);
        }

        if (!wasAlone)
        {
            LogAlone(fault);
        }
    }

    /// <summary>Leaves a host that has no process; whatever else it was given is done here too.</summary>
    private void Leave(GuestPipe host, string fault)
    {
        lock (_lock)
        {
            if (_guest != host)
            {
                return;
            }

            MoveTo_NeedsLock(WorkerPart.Alone);
            _wasAlone = true;
        }

        LogLeft(fault);
        host.Dispose();
    }

    private void MoveTo_NeedsLock(WorkerPart next)
    {
        if (!PartRule.IsLegal(_part, next))
        {
            throw new InvalidOperationException($"The part of a silo in the worker of its machine cannot go from {_part} to {next}.");
        }

        (_part, _partSince, _guest) = (next, time.GetTimestamp(), next == WorkerPart.Guest ? _guest : null);
    }

    [LoggerMessage(LogEvents.ExecutionIds + 89, LogLevel.Information,
        "This silo has a worker process of its own, since it cannot reach the silo that has the one of this machine: {Fault}.")]
    private partial void LogAlone(string fault);

    [LoggerMessage(LogEvents.ExecutionIds + 90, LogLevel.Debug, "This silo has the worker process of this machine, and shares it by the pipe '{Name}'.")]
    private partial void LogHost(string name);

    [LoggerMessage(LogEvents.ExecutionIds + 93, LogLevel.Debug, "Models are checked in the worker process of another silo of this machine, by the pipe '{Name}'.")]
    private partial void LogGuest(string name);

    [LoggerMessage(LogEvents.ExecutionIds + 94, LogLevel.Information,
        "This silo has a worker process of its own for a while, since the silo that has the one of this machine cannot use it: {Fault}.")]
    private partial void LogLeft(string fault);

    [LoggerMessage(LogEvents.ExecutionIds + 95, LogLevel.Information, "A check is done again, since it was lost: {How}.")]
    private partial void LogLost(string how);
}
