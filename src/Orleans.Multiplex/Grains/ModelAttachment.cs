using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

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
/// <item>When a newer version has taken the resident's place, it goes on with that; requests that have entered the old one end there.</item>
/// <item>A failure is kept here, so that the grain remembers it for the whole cluster and answers at once until it may be tried again.</item>
/// </list>
/// </remarks>
internal sealed partial class ModelAttachment(ModelAttachments silo, IGrainContext context) : IModelTie, IVersionHolder, IDisposable
{
    /// <summary>How long an activation stays that no request uses.</summary>
    private static readonly TimeSpan IdleLife = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time = silo.Time;
    private readonly ILogger _logger = silo.Logger;
    private readonly long _createdAt = silo.Time.GetTimestamp();
    private ModelPool _pool = null!;
    private StoreSearch _search = null!;
    private ModelArrival? _arrival;
    private volatile Resident? _resident;
    private volatile bool _isActive;
    private volatile bool _isDisposed;

    /// <summary>The grain's key: the model as callers name it.</summary>
    public string Model { get; } = context.GrainId.Key.ToString() ?? "";

    /// <inheritdoc cref="IModelTie.Key"/>
    public ModelKey? Key { get; private set; }

    /// <inheritdoc/>
    public IModelOpener Opener { get; private set; } = null!;

    /// <summary>The version that the store was last found to have; null before it was found.</summary>
    public long? FoundVersion { get; private set; }

    /// <summary>The failure that is remembered.</summary>
    public FailureMemory Failures { get; } = new(context.GrainId.Key.ToString() ?? "", silo.Time);

    /// <summary>The resident; null while there is none.</summary>
    public Resident? Resident => _resident;

    /// <summary>How the activation ends.</summary>
    public ActivationEnd End { get; } = new(context);

    /// <summary>Claims room for the model, or passes the activation on to a silo that has room.</summary>
    public async Task ActivateAsync(ModelPool pool, IModelOpener opener, CancellationToken cancellationToken)
    {
        _pool = pool;
        Opener = opener;
        silo.Add(pool, this);
        if (!ModelKey.TryParse(Model, out var key, out var fault))
        {
            Failures.Add(new LoadOutcome(LoadFailureKind.InvalidId, fault));
            _isActive = true;
            return;
        }

        Key = key;
        _search = new StoreSearch(pool, key, silo.Loader, _time, opener, Remember);
        _arrival = new ModelArrival(silo, pool, key, _search, opener);
        if (!await _arrival.TryStayAsync(cancellationToken))
        {
            LogPassedOn(Model);
            Spans.Recorded?.AddEvent(new ActivityEvent("passed on"));
            await End.EndUnfinishedAsync("Passed on: another silo is a better place for the model.");
            return;
        }

        _isActive = true;
    }

    /// <inheritdoc/>
    /// <remarks>It is loaded first where it is not resident; the wait is for that, and does not end the load.</remarks>
    public ValueTask<ModelLease> AcquireAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        // One that has just been closed may have a successor, which is here already then.
        for (Resident? resident = _resident, tried = null; resident is not null && !ReferenceEquals(resident, tried); tried = resident, resident = _resident)
        {
            if (resident.TryUse())
            {
                return new(new ModelLease(resident, TimeSpan.Zero, isCold: false));
            }
        }

        return WaitAsync(new LoadWait(Model, wait, silo.Loader, _time), cancellationToken);
    }

    /// <inheritdoc/>
    public bool TryAcquireWarm(out ModelLease lease) => ModelLease.TryTakeWarm(_resident, out lease);

    /// <summary>Lets the next request make a new try, whatever the last one came to. What is no model id stays none.</summary>
    public void ForgetFailure()
    {
        lock (_lock)
        {
            if (Failures.Last is { Kind: not LoadFailureKind.InvalidId })
            {
                Failures.Clear();
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        var resident = _resident;
        var copy = silo.Copies.FindLed(Model)?.Others.FirstOrDefault();
        resident?.RemoveHolder(this);
        _arrival?.Close();
        silo.Remove(_pool, this);
        if (context.Address is { } address)
        {
            var stays = resident is { State: ResidentState.Ready, Gate.IsClosed: false } && !End.IsMoving && !silo.Publisher.IsDraining;
            silo.Publisher.OnEnded(address, _pool?.Name ?? "", Key?.Id ?? Model, stays ? address.SiloAddress : End.IsMoving ? null : copy);
        }
    }

    private async ValueTask<ModelLease> WaitAsync(LoadWait wait, CancellationToken cancellationToken)
    {
        using var span = Spans.Start(SpanNames.Wait, Model);
        try
        {
            return await AcquireColdAsync(wait, span, cancellationToken);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private async ValueTask<ModelLease> AcquireColdAsync(LoadWait wait, Activity? span, CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        var found = await wait.ForAsync(_search.FindAsync(), null, cancellationToken);
        if (found.Failure is { } notFound)
        {
            throw notFound.ToException(Model, _time);
        }

        var resident = EnterOrLoad(found.Manifest);
        var isCold = !resident.WhenLoaded.IsCompleted;
        LoadOutcome outcome;
        try
        {
            outcome = await wait.ForAsync(resident.WhenLoaded, resident, cancellationToken);
        }
        catch
        {
            resident.Leave();
            throw;
        }
        finally
        {
            span?.LinkTo(resident.LoadSpan);
        }

        if (outcome.Failure is not null)
        {
            resident.Leave();
            return _search.HasPassedOver(resident.Key.Version) ? await AcquireColdAsync(wait, span, cancellationToken) : throw Failures.GetError(outcome);
        }

        resident.Touch();
        if (!isCold)
        {
            resident.CountHit();
        }

        return new ModelLease(resident, wait.Elapsed, isCold);
    }

    // The resident, entered. The look at the failures and the entry are one step, and so is the end of a load that failed: it is kept here
    // before the resident leaves the ledger. So of all who come after a failure nobody starts a load before its time.
    private Resident EnterOrLoad(ModelManifest? manifest)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            var resident = silo.Loader.EnterOrLoad(_search.ToResidentKey(manifest), _pool, manifest, Opener, _arrival!.TakeClaim);
            _arrival.ReleaseClaim();
            _search.Forget();
            End.Cancel();
            Hold(resident);
            return resident;
        }
    }

    private void Hold(Resident resident)
    {
        FoundVersion = resident.Key.Version;
        if (!ReferenceEquals(_resident, resident))
        {
            _resident = resident;
            silo.RemoveLoose(this);
            if (resident.AddHolder(this) is { } outcome)
            {
                OnLoadEnded(resident, outcome);
            }
        }
    }

    // No load comes of this try, and the next one makes its own way: so the search and the claim end with it.
    private LoadFailure Remember(LoadOutcome outcome)
    {
        lock (_lock)
        {
            _search.Forget();
            _arrival?.ReleaseClaim();
            if (!_isDisposed)
            {
                silo.AddLoose(this);
            }

            return Failures.Add(outcome);
        }
    }

    private void ThrowIfFailed()
    {
        if (Failures.Answers(out var error))
        {
            throw error!;
        }

        if (_isDisposed)
        {
            throw new ModelUnloadedException(Model);
        }
    }

    [LoggerMessage(LogEvents.GrainIds + 0, LogLevel.Debug, "Passed model '{Model}' on to a silo that has room.")]
    private partial void LogPassedOn(string model);
}
