using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// The tie between one activation of a model's grain and the resident of its model. Belongs to the activation's service scope, which
/// the runtime disposes on every way out.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>On activation it claims room if there is room that is free; if there is none here but elsewhere, the activation passes on. It
/// never waits for a load.</item>
/// <item>The first request finds or starts the load and waits for it under its own deadline; a warm one only enters the gate.</item>
/// <item>A failure is kept here, so that the grain remembers it for the whole cluster and answers at once until it may be tried again.</item>
/// </list>
/// </remarks>
internal sealed partial class ModelAttachment(ModelAttachments silo, IGrainContext context) : IResidentHolder, IDisposable
{
    /// <summary>The longest that an activation asks the store for, to learn how much room to claim.</summary>
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromMilliseconds(250);

    /// <summary>How long room stays claimed for a load that no request starts.</summary>
    private static readonly TimeSpan ClaimLife = TimeSpan.FromSeconds(5);

    /// <summary>How long an activation stays that no request uses.</summary>
    private static readonly TimeSpan IdleLife = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time = silo.Time;
    private readonly ILogger _logger = silo.Logger;
    private readonly long _createdAt = silo.Time.GetTimestamp();
    private ModelKey _key;
    private ModelPool _pool = null!;
    private IModelOpener _opener = null!;
    private volatile Resident? _resident;
    private Task<Found>? _finding;
    private Reservation? _claim;
    private LoadFailure? _failure;
    private object? _failedAttempt;
    private bool _isDisposed;

    /// <summary>The grain's key: the model as callers name it.</summary>
    public string Model { get; } = context.GrainId.Key.ToString() ?? "";

    /// <summary>The failure that is remembered; null when there is none.</summary>
    public LoadFailure? Failure => _failure;

    /// <summary>Claims room for the model, or passes the activation on to a silo that has room.</summary>
    public async Task ActivateAsync(ModelPool pool, IModelOpener opener, CancellationToken cancellationToken)
    {
        _pool = pool;
        _opener = opener;
        silo.AddLoose(this);
        if (!ModelKey.TryParse(Model, out _key, out var fault))
        {
            Remember(this, new LoadOutcome(LoadFailureKind.InvalidId, fault));
            return;
        }

        if (await FindBytesAsync(cancellationToken) is not { } bytes)
        {
            return;
        }

        silo.Footprints.Set(pool.Name, _key.Id, bytes);
        _claim = silo.Quota.TryReserve(pool, bytes);
        if (_claim is null && ShouldPassOn(bytes))
        {
            LogPassedOn(Model);
            context.Deactivate(
                new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "Passed on: another silo has room for the model."), CancellationToken.None);
        }
    }

    /// <summary>The right to use the model, loaded first where it is not resident.</summary>
    /// <param name="wait">The longest to wait for the load.</param>
    /// <param name="cancellationToken">Ends the wait, never the load.</param>
    /// <exception cref="MultiplexException">The model cannot be had, or not in time.</exception>
    public ValueTask<ModelLease> AcquireAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var resident = _resident;
        if (resident is { State: ResidentState.Ready } && resident.Gate.TryEnter())
        {
            resident.Touch();
            resident.CountHit();
            return new(new ModelLease(resident, TimeSpan.Zero, isCold: false));
        }

        return AcquireColdAsync(wait, cancellationToken);
    }

    /// <inheritdoc/>
    public void OnUnloading(Resident resident)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_resident, resident) || _isDisposed)
            {
                return;
            }

            _resident = null;
        }

        silo.AddLoose(this);
        context.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "The model was unloaded."), CancellationToken.None);
    }

    /// <summary>Lets go what is no longer needed: a claim that no load used, and the activation when it holds no model nor a failure.</summary>
    public void Sweep()
    {
        Reservation? claim = null;
        bool isOver;
        lock (_lock)
        {
            if (_resident is not null)
            {
                silo.RemoveLoose(this);
                return;
            }

            if (_time.GetElapsedTime(_createdAt) > ClaimLife)
            {
                (claim, _claim) = (_claim, null);
            }

            isOver = _finding is null or { IsCompleted: true }
                && (_failure is { } failure ? failure.IsOver(_time) : _time.GetElapsedTime(_createdAt) > IdleLife);
        }

        claim?.Release();
        if (isOver)
        {
            silo.RemoveLoose(this);
            context.Deactivate(new DeactivationReason(DeactivationReasonCode.RuntimeRequested, "The grain holds no model."), CancellationToken.None);
        }
    }

    public void Dispose()
    {
        Reservation? claim;
        Resident? resident;
        lock (_lock)
        {
            _isDisposed = true;
            (claim, _claim) = (_claim, null);
            resident = _resident;
        }

        resident?.RemoveHolder(this);
        claim?.Release();
        silo.RemoveLoose(this);
        if (context.Address is { } address)
        {
            silo.Publisher.OnGone(address);
        }
    }

    private async ValueTask<ModelLease> AcquireColdAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        ThrowIfFailed();
        var found = await WaitAsync(FindAsync(), Left(), "looked for in the store", TimeSpan.FromSeconds(1), cancellationToken);
        if (found.Failure is { } notFound)
        {
            throw notFound.ToException(Model, _time);
        }

        ThrowIfFailed();
        var resident = EnterOrLoad(found.Manifest);
        LoadOutcome outcome;
        try
        {
            outcome = resident.WhenLoaded.IsCompletedSuccessfully
                ? await resident.WhenLoaded
                : await WaitAsync(
                    resident.WhenLoaded, Left(), Describe(resident.State), silo.Loader.EstimateRemaining(resident), cancellationToken);
        }
        catch
        {
            Leave(resident);
            throw;
        }

        if (outcome.Failure is null)
        {
            resident.Touch();
            return new ModelLease(resident, _time.GetElapsedTime(startedAt), isCold: true);
        }

        Leave(resident);
        throw Remember(resident, outcome).ToException(Model, _time);

        TimeSpan Left() => wait - _time.GetElapsedTime(startedAt) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task<T> WaitAsync<T>(Task<T> task, TimeSpan wait, string state, TimeSpan retryAfter, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(wait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ModelLoadingException(Model, state, retryAfter);
        }
    }

    // One at a time asks the store, for all who wait; what it found serves the load that follows and is asked anew for the next.
    private Task<Found> FindAsync()
    {
        lock (_lock)
        {
            if (_finding is null)
            {
                using (ExecutionContext.SuppressFlow())
                {
                    _finding = Task.Run(FindOnceAsync);
                }
            }

            return _finding;
        }
    }

    private async Task<Found> FindOnceAsync()
    {
        try
        {
            return new Found(await _opener.FindAsync(_key, CancellationToken.None), null);
        }
#pragma warning disable CA1031 // Whatever the store throws becomes a failure, which every waiter gets as an error of its own.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new Found(null, Remember(new object(), LoadFailure.Classify(error)));
        }
    }

    private Resident EnterOrLoad(ModelManifest? manifest)
    {
        var key = ToResidentKey(manifest);
        var resident = silo.Loader.EnterOrLoad(key, _pool, manifest, _opener, TakeClaim);
        TakeClaim()?.Release();
        bool isNew;
        lock (_lock)
        {
            _finding = null;
            isNew = !ReferenceEquals(_resident, resident) && !_isDisposed;
            if (isNew)
            {
                _resident = resident;
            }
        }

        if (isNew)
        {
            resident.AddHolder(this);
            silo.RemoveLoose(this);
            _ = ObserveAsync(resident);
        }

        return resident;
    }

    // The outcome counts also when no caller waits for it any more.
    private async Task ObserveAsync(Resident resident)
    {
        var outcome = await resident.WhenLoaded;
        if (outcome.Failure is not null)
        {
            Remember(resident, outcome);
        }
        else
        {
            lock (_lock)
            {
                _failure = null;
            }
        }
    }

    private LoadFailure Remember(object attempt, LoadOutcome outcome)
    {
        LoadFailure failure;
        lock (_lock)
        {
            if (ReferenceEquals(_failedAttempt, attempt))
            {
                return _failure!;
            }

            var kind = outcome.Failure!.Value;
            failure = new LoadFailure(kind, outcome.Message, _failure?.Kind == kind ? _failure.Attempts + 1 : 1, _time.GetTimestamp());
            _failedAttempt = attempt;
            _failure = failure;
            _finding = null;
            if (ReferenceEquals(_resident, attempt))
            {
                _resident = null;
            }
        }

        silo.AddLoose(this);
        return failure;
    }

    private void ThrowIfFailed()
    {
        if (_failure is { } failure && failure.GetRemaining(_time) > TimeSpan.Zero)
        {
            throw failure.ToException(Model, _time);
        }

        if (_isDisposed)
        {
            throw new ModelUnloadedException(Model);
        }
    }

    // Null when the model is here already, or cannot be had: then there is nothing to claim.
    private async ValueTask<long?> FindBytesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await FindAsync().WaitAsync(ClaimPatience, _time, cancellationToken);
            if (found.Failure is not null || silo.Ledger.Contains(ToResidentKey(found.Manifest)))
            {
                return null;
            }

            var estimate = await _opener.EstimateAsync(found.Manifest, cancellationToken);
            return estimate > 0 ? estimate : silo.Footprints.Find(_pool.Name, _key.Id);
        }
        catch (TimeoutException)
        {
            return silo.Footprints.Find(_pool.Name, _key.Id);
        }
        catch (MultiplexException)
        {
            // The load will fail in the same way and its request will be told.
            return null;
        }
    }

    private bool ShouldPassOn(long bytes)
    {
        var (own, others) = silo.Snapshots.TakeAround(_pool.Name);
        return PlacementPolicy.ShouldPassOn(own, others, bytes) && silo.PassOnLimiter.TryPass(Model);
    }

    private Reservation? TakeClaim()
    {
        lock (_lock)
        {
            var claim = _claim;
            _claim = null;
            return claim;
        }
    }

    private ResidentKey ToResidentKey(ModelManifest? manifest) => new(_pool.Name, _key.Id, manifest?.Version ?? _key.Version ?? 0);

    private static void Leave(Resident resident)
    {
        if (resident.Gate.Leave())
        {
            resident.Pool.OnIdle();
        }
    }

    private static string Describe(ResidentState state) => state switch
    {
        ResidentState.Queued => "it waits for its turn",
        ResidentState.Fetching => "its files are being fetched",
        ResidentState.Reserving => "it waits for room",
        _ => "it is being opened",
    };

    [LoggerMessage(LogEvents.GrainIds + 0, LogLevel.Debug, "Passed model '{Model}' on to a silo that has room.")]
    private partial void LogPassedOn(string model);

    private sealed record Found(ModelManifest? Manifest, LoadFailure? Failure);
}
