using System.Diagnostics;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Loading;

/// <summary>What a load holds while it is under way: its turn, its room, its thread, and the model that is being opened, with its part of what may be opened at once.</summary>
internal sealed class LoadInProgress(LoadQueue queue, DedicatedThreads threads, WorkQueue work)
{
    private Turn _turn;
    private ModelMemory? _inWork;
    private ArtifactLease? _files;
    private IDisposable? _admission;

    // The thread on which the load goes on just now, and the step that is to follow there.
    private int _thread;
    private Action? _next;

    private enum Turn
    {
        None,
        Taken,
        LeftBehind,
    }

    /// <summary>The resident beside which the model is loaded, to take its place; null for a model that was asked for.</summary>
    public Resident? Beside { get; init; }

    /// <summary>The room taken for the model; null before.</summary>
    public Reservation? Reservation { get; set; }

    /// <summary>The step of other people's code that was begun last, which may be deaf to its token; null before the first.</summary>
    public Task? Step { get; private set; }

    /// <summary>The use of a thread by that step.</summary>
    public ThreadUse? Thread { get; private set; }

    /// <summary>The opening of the model; null before it was begun.</summary>
    public Task<object>? Opening { get; private set; }

    /// <summary>Brings the model's files, which stay until the load has ended, and says what the store has of the model now.</summary>
    public async Task<ModelManifest> FetchAsync(
        ArtifactCache cache, ModelManifest manifest, IModelOpener opener, Action<FetchProgress> onFetch, CancellationToken cancellationToken)
    {
        var fetching = await StartAsync(() => TakeFilesAsync(cache, manifest, opener, onFetch, cancellationToken), cancellationToken);
        return await WaitAsync(fetching, cancellationToken);
    }

    /// <summary>What the model is opened from.</summary>
    public ModelArtifact GetArtifact(ResidentKey key) => _files?.Artifact ?? ModelArtifact.WithoutFiles(key.ModelId, key.Version is 0 ? null : key.Version);

    /// <summary>
    /// Starts a step on a load thread and waits for it no longer than the load may take. There is a thread for each turn, so a step that
    /// blocks holds up no other load.
    /// </summary>
    /// <remarks>
    /// To wake a thread takes as long as a short step. So where a step has ended when it returns, the load goes on on its thread: what it does between two
    /// steps is ours and does not block. Its next step runs there too, as soon as the load waits for it and could leave it behind.
    /// </remarks>
    public async Task<T> RunAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        var running = await StartAsync(step, cancellationToken);
        return await running.WaitAsync(cancellationToken);
    }

    private async Task<Task<T>> StartAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource<Task<T>>();
        var use = Thread = new ThreadUse(threads);
        var span = Activity.Current;
        Add(Start);
        Step = started.Task.Unwrap();
        return await started.Task.WaitAsync(cancellationToken);

        void Start()
        {
            use.Begin();
            Task<T> begun;
            try
            {
                using (Spans.Enter(span))
                {
                    begun = step();
                }
            }
#pragma warning disable CA1031 // What other people's code throws belongs to the load, not to this thread.
            catch (Exception error)
#pragma warning restore CA1031
            {
                begun = Task.FromException<T>(error);
            }

            use.End();
            _thread = Environment.CurrentManagedThreadId;
            started.SetResult(begun);
            _thread = 0;
            Interlocked.Exchange(ref _next, null)?.Invoke();
        }
    }

    // No thread but that one finds itself named.
    private void Add(Action start)
    {
        if (Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId)
        {
            ObjectDisposedException.ThrowIf(work.IsClosed, threads);
            _next = start;
        }
        else
        {
            ObjectDisposedException.ThrowIf(!work.TryAdd(start), threads);
        }
    }

    /// <summary>Has the model proven harmless, and measured.</summary>
    public async ValueTask<long?> ProveAsync(IModelOpener opener, ResidentKey key, CancellationToken cancellationToken)
    {
        var proving = opener.ProveAsync(GetArtifact(key), cancellationToken);
        return proving.IsCompleted ? await proving : await WaitAsync(proving.AsTask(), cancellationToken);
    }

    // Where what others do takes long, the turn goes to other loads meanwhile.
    private async ValueTask<T> WaitAsync<T>(Task<T> others, CancellationToken cancellationToken)
    {
        if (others.IsCompleted)
        {
            return await others;
        }

        EndTurn();
        var result = await others.WaitAsync(cancellationToken);
        await TakeTurnAsync(cancellationToken);
        return result;
    }

    private async Task<ModelManifest> TakeFilesAsync(
        ArtifactCache cache, ModelManifest manifest, IModelOpener opener, Action<FetchProgress> onFetch, CancellationToken cancellationToken)
    {
        (manifest, _files) = await ModelFetch.FetchAsync(cache, manifest, opener.FindAsync, onFetch, cancellationToken);
        return manifest;
    }

    /// <summary>
    /// Opens the model, where it is let in. It is until the load has ended: that of one that was ended and goes on all the same, too.
    /// </summary>
    public async Task<object> OpenAsync(IModelOpener opener, Resident resident, CancellationToken cancellationToken)
    {
        var artifact = GetArtifact(resident.Key);
        await BeginWorkAsync(Reservation!.Memory, cancellationToken);
        _admission = await opener.AdmitAsync(artifact, cancellationToken);
        resident.MoveTo(ResidentState.Opening);
        return await RunAsync(() => Opening = opener.OpenAsync(artifact, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// Waits until so many bytes may be opened beside what is being opened; the turn goes to others meanwhile. Last before it is opened: who waits for room, fetches
    /// or is checked holds up nobody here.
    /// </summary>
    public async ValueTask BeginWorkAsync(ModelMemory memory, CancellationToken cancellationToken)
    {
        var taking = queue.Bytes.TakeAsync(memory, cancellationToken);
        if (taking.IsCompleted)
        {
            await taking;
            _inWork = memory;
            return;
        }

        EndTurn();
        await taking;
        _inWork = memory;
        await TakeTurnAsync(cancellationToken);
    }

    public async Task TakeTurnAsync(CancellationToken cancellationToken)
    {
        await queue.EnterAsync(cancellationToken);
        _turn = Turn.Taken;
    }

    /// <summary>Gives the turn back, and what is being opened with it.</summary>
    public void EndTurn()
    {
        EndWork();
        switch (_turn)
        {
            case Turn.Taken:
                queue.Leave();
                break;
            case Turn.LeftBehind:
                queue.EndLeftBehind();
                break;
        }

        _turn = Turn.None;
    }

    /// <summary>
    /// The load was ended and goes on all the same: its turn, what may be opened beside and its thread go to others. Its room stays taken where the model is being
    /// opened, as its memory is.
    /// </summary>
    public void LeaveBehind()
    {
        if (Opening is null)
        {
            Reservation?.Release();
        }

        Thread?.TryReplace();
        if (_turn == Turn.Taken && queue.TryLeaveBehind())
        {
            _turn = Turn.LeftBehind;
            EndWork();
        }
    }

    private void EndWork()
    {
        if (_inWork is { } memory)
        {
            _inWork = null;
            queue.Bytes.Give(memory);
        }
    }

    /// <summary>Waits for the step to end and disposes what was opened.</summary>
    public async Task CloseAsync()
    {
        if (Step is { } step)
        {
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (Opening is { IsCompletedSuccessfully: true } opening)
        {
            // The load has failed already and its reason is told; a second failure on the way out changes nothing. It may block, too.
            var model = await opening;
            await Task.Run(() => ModelDisposal.DisposeAsync(model).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The load has succeeded: the model keeps its room.</summary>
    public void Complete()
    {
        _admission?.Dispose();
        _files?.Dispose();
        EndTurn();
    }

    /// <summary>Gives back all of it, when what was opened has been disposed.</summary>
    public void Release()
    {
        Reservation?.Release();
        Complete();
    }
}
