using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Loading;

/// <summary>Brings a model in, once for all who wait for it, and undoes what it did when a step fails.</summary>
/// <remarks>
/// The steps of a load:
/// <list type="number">
/// <item>Queue: wait for a turn (<see cref="LoadQueue"/>).</item>
/// <item>Fetch its files, for classes that take their models from the store, and read its own settings among them.</item>
/// <item>Check it where it can do no harm, and measure it there. What is known to do harm costs no other model its place.</item>
/// <item>Reserve room for what it was measured to take, or is estimated to; others are evicted for it.</item>
/// <item>Open it, when it and what is being opened are not too many bytes at once (<see cref="BytesInProgress"/>), and where nothing says that it must not be
/// (<see cref="IModelOpener.AdmitAsync"/>).</item>
/// <item>Measure it and correct the reservation; a model that is larger and finds no room is unloaded again.</item>
/// <item>Warm it up, where it is to take the place of one that answers (<see cref="LoadSuccessor"/>) and nobody has asked for it meanwhile.</item>
/// </list>
/// A load that waits, for its files, its check or room, gives its turn away meanwhile: it holds up no other.
/// No caller's cancellation reaches a load. The steps that are other people's code start on a load thread, so they may compute and block.
/// One that ignores its token when the load is ended keeps the room until it really has ended, since its memory is in use that long; what it
/// brings then is disposed at once. Its turn and its thread go to other loads.
/// </remarks>
internal sealed partial class ModelLoader : IDisposable
{
    /// <summary>How long a model may be warmed up before it takes the place of another.</summary>
    private static readonly TimeSpan WarmUpPatience = TimeSpan.FromSeconds(5);

    private readonly ResidencyLedger _ledger;
    private readonly EvictionService _evictions;
    private readonly ArtifactCache? _cache;
    private readonly LoadOptions _options;
    private readonly SiloTelemetry _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LoadQueue _queue;
    private readonly WorkQueue _work = new();
    private readonly DedicatedThreads _threads;
    private readonly SessionReopening _reopening;
    private readonly LoadRoom _room;
    private readonly LoadEnd _end;
    private long _lastLoadTicks;
    private readonly CancellationTokenSource _stopping = new();

    public ModelLoader(
        ResidencyLedger ledger,
        SiloQuota quota,
        EvictionService evictions,
        RoomBeside beside,
        KnownFootprints footprints,
        ArtifactCache? cache,
        LoadOptions options,
        SiloTelemetry telemetry,
        TimeProvider time,
        ILogger logger)
    {
        var parallel = options.MaxParallel > 0 ? options.MaxParallel : Environment.ProcessorCount;
        _ledger = ledger;
        _evictions = evictions;
        _room = new LoadRoom(quota, beside, footprints);
        _cache = cache;
        _options = options;
        _telemetry = telemetry;
        _time = time;
        _logger = logger;
        Stopping = _stopping.Token;
        _queue = new LoadQueue(parallel, BytesInProgress.GetMost(options.MaxBytesInProgress, quota.MaxBytes));
        _threads = new DedicatedThreads("multiplex-load", parallel, _work);
        _end = new LoadEnd(ledger, options, telemetry, time, logger, _stopping.Token);
        _reopening = new SessionReopening(quota, _queue, _threads, _work, options.Timeout, time, logger, _stopping.Token);
    }

    /// <summary>
    /// What is likely left of a load, at least a second: what is left of its fetch at the rate at which the bytes come, else what the last load took,
    /// less what this one has taken.
    /// </summary>
    public TimeSpan EstimateRemaining(Resident resident)
    {
        var left = resident.ReportFetch()?.Remaining ?? TimeSpan.FromTicks(Interlocked.Read(ref _lastLoadTicks)) - resident.Elapsed;
        return left > TimeSpan.FromSeconds(1) ? left : TimeSpan.FromSeconds(1);
    }

    /// <summary>
    /// The resident of a model, entered (see <see cref="ResidencyLedger.Enter"/>); starts its load when it was not there.
    /// </summary>
    /// <param name="key">The model version.</param>
    /// <param name="pool">Its pool.</param>
    /// <param name="manifest">What the store has of it; null for a class that does not take its models from the store.</param>
    /// <param name="opener">How it is opened.</param>
    /// <param name="takeClaim">Gives the room that an activation claimed for this load, if it did.</param>
    public Resident EnterOrLoad(
        ResidentKey key, ModelPool pool, ModelManifest? manifest, IModelOpener opener, Func<Reservation?> takeClaim)
    {
        var resident = _ledger.Enter(key, key.GetName(manifest is null or { Versions.Length: > 1 }), pool, out var isNew);
        if (isNew)
        {
            Start(resident, manifest, opener, takeClaim());
        }

        return resident;
    }

    /// <summary>
    /// Starts the load of a model that is to take the place of one that answers (<see cref="ResidencyLedger.EnterSuccessor"/>): the same steps, with
    /// room beside the other one.
    /// </summary>
    public void LoadSuccessor(Resident successor, ModelManifest manifest, IModelOpener opener) => Start(successor, manifest, opener, claim: null);

    /// <summary>Ends the loads under way, and every later one at once; their waiters try again elsewhere. The silo stops.</summary>
    public void Stop()
    {
        _ = _stopping.CancelAsync();
        foreach (var resident in _ledger.Snapshot().Where(resident => resident.State.IsLoading()))
        {
            resident.StopLoad();
        }
    }

    /// <summary>The longest that a load may take.</summary>
    public TimeSpan Timeout => _options.Timeout;

    /// <summary>Cancelled when the silo stops.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Completes when the load threads have ended.</summary>
    public Task WhenEnded => _threads.WhenEnded;

    /// <summary>Opens nothing more; what is being opened goes on to its end, for which this does not wait.</summary>
    public void Dispose()
    {
        _threads.Dispose();
        _stopping.Dispose();
    }

    // A load belongs to nobody: a caller's request context may not flow into it. Its trace is told who began it.
    private void Start(Resident resident, ModelManifest? manifest, IModelOpener opener, Reservation? claim)
    {
        var load = new LoadInProgress(_queue, _threads, _work) { Reservation = claim, Beside = resident.Predecessor };
        var beginner = LoadTrace.FindBeginner();
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => LoadAsync(resident, load, manifest, opener, beginner));
        }
    }

    private async Task LoadAsync(Resident resident, LoadInProgress load, ModelManifest? manifest, IModelOpener opener, ActivityContext? beginner)
    {
        var trace = LoadTrace.Start(beginner, resident.Key.Named);
        resident.LoadSpan = trace?.Load;
        using var timeout = new CancellationTokenSource(_options.Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, resident.LoadStopped);
        try
        {
            _stopping.Token.ThrowIfCancellationRequested();
            using var expected = _room.Expect(resident, load);
            trace?.Begin(LoadSteps.Turn);
            await load.TakeTurnAsync(stop.Token);
            LogLoading(resident.Name);
            var started = _time.GetTimestamp();
            trace?.Begin(LoadSteps.Fetch);
            manifest = await FetchAsync(resident, load, manifest, opener, stop.Token);
            resident.Store.Loaded = manifest;
            resident.Store.Files = load.GetArtifact(resident.Key).Contents;
            trace?.Begin(LoadSteps.Read);
            var estimated = await ReadAsync(resident, load, manifest, opener, stop.Token);
            trace?.Begin(LoadSteps.Check);
            var memory = await CheckAsync(resident, load, opener, estimated, stop.Token);
            expected?.Dispose();
            trace?.Begin(LoadSteps.Reserve);
            await _room.ReserveAsync(resident, load, memory, stop.Token);
            trace?.Begin(LoadSteps.Open);
            var model = await load.OpenAsync(opener, resident, stop.Token);
            trace?.Begin(LoadSteps.Measure);
            await MeasureAsync(resident, load, opener, model, stop.Token);
            await WarmUpAsync(resident, load, opener, model, trace, stop.Token);
            resident.Reservation = load.Reservation;
            resident.Series = _telemetry.GetSeries(resident.Key.Named);
            var took = _time.GetElapsedTime(started);
            LogLoaded(resident.Name, took.TotalMilliseconds);
            trace?.Succeed(load.Reservation!.Bytes + load.Reservation.MappedBytes);
            _telemetry.Loaded(resident.Key.Named, took, load.Reservation!.Bytes + load.Reservation.MappedBytes, isSuccessor: resident.Predecessor is not null);
            Interlocked.Exchange(ref _lastLoadTicks, took.Ticks);
            var artifact = load.GetArtifact(resident.Key);
            load.Complete();
            resident.FirstRun = new FirstRun(token => opener.AdmitRunAsync(artifact, token));
            resident.CompleteLoad(model);
            _evictions.Add(resident);
            _reopening.Watch(resident, model, token => opener.AdmitAsync(artifact, token));
        }
#pragma warning disable CA1031 // Whatever ends a load becomes its outcome, which every waiter gets as an error of its own.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var outcome = _end.ToOutcome(error, resident, timeout.Token);
            trace?.Fail(SiloTelemetry.Camel($"{outcome.Failure}"), outcome.Message);
            await _end.FailAsync(resident, load, outcome);
        }
    }

    private async ValueTask<ModelManifest?> FetchAsync(
        Resident resident, LoadInProgress load, ModelManifest? manifest, IModelOpener opener, CancellationToken cancellationToken)
    {
        if (manifest is not null && _cache is { } cache)
        {
            resident.MoveTo(ResidentState.Fetching);
            manifest = await load.FetchAsync(cache, manifest, opener, progress => resident.Fetch = progress, cancellationToken);
        }

        return manifest;
    }

    private static async ValueTask<ModelMemory> ReadAsync(
        Resident resident, LoadInProgress load, ModelManifest? manifest, IModelOpener opener, CancellationToken cancellationToken) =>
        await load.RunAsync(
            () =>
            {
                var artifact = load.GetArtifact(resident.Key);
                resident.Settings = opener.ReadSettings(manifest, artifact);
                return opener.EstimateAsync(manifest, artifact, cancellationToken).AsTask();
            },
            cancellationToken);

    private async ValueTask<ModelMemory> CheckAsync(
        Resident resident, LoadInProgress load, IModelOpener opener, ModelMemory estimated, CancellationToken cancellationToken)
    {
        resident.MoveTo(ResidentState.Checking);
        _room.ThrowIfTooLarge(resident, estimated);
        return _room.Decide(resident, estimated, await load.ProveAsync(opener, resident.Key, cancellationToken));
    }

    private async ValueTask MeasureAsync(
        Resident resident, LoadInProgress load, IModelOpener opener, object model, CancellationToken cancellationToken)
    {
        if (await load.RunAsync(() => opener.MeasureAsync(model, cancellationToken).AsTask(), cancellationToken) is { } memory)
        {
            await _room.ChargeAsync(resident, load, memory, cancellationToken);
        }
    }

    private async ValueTask WarmUpAsync(
        Resident resident, LoadInProgress load, IModelOpener opener, object model, LoadTrace? trace, CancellationToken cancellationToken)
    {
        if (load.Beside is not { } old)
        {
            return;
        }

        // One that was asked for, be it meanwhile, is warmed up by who asked.
        if (resident.Predecessor is not null)
        {
            trace?.Begin(LoadSteps.WarmUp);
            using var patience = new CancellationTokenSource(WarmUpPatience, _time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            await load.RunAsync(
                async () =>
                {
                    await opener.WarmUpAsync(model, stop.Token);
                    return model;
                },
                cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        resident.InheritUse(old);
    }
}
