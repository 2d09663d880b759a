using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// What the store has of a model: one asks it for all who wait, for no longer than a load may take, and not on a silo that stops. What was
/// found serves the load that follows, and is asked anew for the next.
/// </summary>
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
    private Task<Found>? _finding;

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

    /// <summary>The resident that a manifest stands for.</summary>
    public ResidentKey ToResidentKey(ModelManifest? manifest) => new(pool.Name, key.Id, manifest?.Version ?? key.Version ?? 0);

    private async Task<ModelManifest?> AskAsync()
    {
        using var timeout = new CancellationTokenSource(loader.Timeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, loader.Stopping);
        try
        {
            return await opener.FindAsync(key, stop.Token).AsTask().WaitAsync(stop.Token);
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
            return new Found(await AskAsync(), null);
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
