using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// What the store has of a model: one asks it for all who wait, for no longer than a load may take, and not on a silo that stops. What was
/// found serves the load that follows, and is asked anew for the next.
/// </summary>
/// <remarks>
/// Where no version is asked for, it is the highest that can be loaded: one whose load has failed is passed over for the back-off of its failure, as
/// long as its files stay the same and there is a lower one.
/// </remarks>
/// <param name="pool">The pool of the model's class.</param>
/// <param name="key">The model.</param>
/// <param name="loader">Who will load it.</param>
/// <param name="time">The clock.</param>
/// <param name="opener">Who asks the store.</param>
/// <param name="remember">Keeps a failure.</param>
internal sealed class StoreSearch(
    ModelPool pool, ModelKey key, ModelLoader loader, TimeProvider time, IModelOpener opener, Func<LoadOutcome, LoadFailure> remember)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, (string Tag, LoadFailure Failure)> _passedOver = [];
    private Task<Found>? _finding;
    private ModelManifest? _last;

    /// <summary>Whether the store has not answered yet.</summary>
    public bool IsUnderWay
    {
        get
        {
            lock (_lock)
            {
                return _finding is { IsCompleted: false };
            }
        }
    }

    public Task<Found> FindAsync()
    {
        lock (_lock)
        {
            if (_finding is null)
            {
                // It serves many: neither a caller's request context nor its trace may flow into it.
                using (ExecutionContext.SuppressFlow())
                {
                    _finding = Task.Run(FindOnceAsync);
                }
            }

            return _finding;
        }
    }

    /// <summary>Lets the next one ask the store anew.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _finding = null;
        }
    }

    /// <summary>Passes over the version that was found, since its load has failed. False where nothing lower could take its place.</summary>
    public bool PassOver(long version, LoadOutcome outcome)
    {
        lock (_lock)
        {
            if (_last is not { } last || last.Version != version || outcome.Failure is not (LoadFailureKind.Broken or LoadFailureKind.TooLarge) || FindLower(last) is null)
            {
                _passedOver.Remove(version);
                return false;
            }

            var attempts = _passedOver.TryGetValue(version, out var before) && before.Tag == last.Tag ? before.Failure.Attempts + 1 : 1;
            _passedOver[version] = (last.Tag, new LoadFailure(outcome.Failure.Value, outcome.Message, attempts, time.GetTimestamp()));
            _finding = null;
            return true;
        }
    }

    /// <summary>Whether another version is to be tried in the place of one whose load has failed.</summary>
    public bool HasPassedOver(long version)
    {
        lock (_lock)
        {
            return _passedOver.ContainsKey(version);
        }
    }

    /// <summary>The resident that a manifest stands for.</summary>
    public ResidentKey ToResidentKey(ModelManifest? manifest) => new(pool.Name, key.Id, manifest?.Version ?? key.Version ?? 0);

    private ModelKey? FindLower(ModelManifest found) =>
        key.Version is null && found.Versions.Where(version => version < found.Version).DefaultIfEmpty().Max() is > 0 and var lower ? ModelKey.Create(key.Id, lower) : null;

    private bool MustPassOver(ModelManifest found)
    {
        lock (_lock)
        {
            _last = found;
            return _passedOver.TryGetValue(found.Version, out var passed) && passed.Tag == found.Tag && !passed.Failure.MayBeTriedAgain(time);
        }
    }

    private async Task<ModelManifest?> FindBestAsync()
    {
        var found = await AskAsync(key);
        while (found is not null && MustPassOver(found) && FindLower(found) is { } lower)
        {
            found = await AskAsync(lower);
        }

        return found;
    }

    private async Task<ModelManifest?> AskAsync(ModelKey asked)
    {
        using var timeout = new CancellationTokenSource(loader.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, loader.Stopping);
        try
        {
            return await opener.FindAsync(asked, stop.Token).AsTask().WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (loader.Stopping.IsCancellationRequested)
        {
            throw new ModelUnloadedException(key.ToString());
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new StoreUnavailableException(
                key.ToString(), $"it did not answer within {loader.Timeout.TotalSeconds:0.#} s (Multiplex:Load:Timeout).", TimeSpan.Zero);
        }
    }

    private async Task<Found> FindOnceAsync()
    {
        try
        {
            return new Found(await FindBestAsync(), null);
        }
#pragma warning disable CA1031 // Whatever the store throws becomes a failure, which every waiter gets as an error of its own.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return new Found(null, remember(LoadFailure.Classify(error)));
        }
    }

    /// <summary>What was found.</summary>
    /// <param name="Manifest">What the store has; null for a class that does not take its models from the store.</param>
    /// <param name="Failure">Why there is nothing.</param>
    internal sealed record Found(ModelManifest? Manifest, LoadFailure? Failure);
}
