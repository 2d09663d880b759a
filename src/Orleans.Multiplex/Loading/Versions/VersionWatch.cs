using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Asks the store whether resident models have changed there: each one once in an interval, a few questions at once. A store that does not answer
/// changes nothing.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Those that are due (<see cref="LookPlan"/>) are sorted out, many by one question: which may have changed (<see cref="IModelStore.FindChangedAsync"/>).</item>
/// <item>Those, and those of which something newer is known already, are asked for by themselves.</item>
/// <item>What is newer is swapped in (<see cref="VersionSwap"/>), in some cases only when the next look sees it too (<see cref="VersionRule.MustLast"/>).</item>
/// </list>
/// </remarks>
internal sealed partial class VersionWatch(ResidencyLedger ledger, VersionSwap swap, VersionOptions options, TimeProvider time, ILogger logger)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>The most models that are sorted out by one question.</summary>
    public const int MaxSorted = 64;

    /// <summary>The most models that are swapped at once: their loads take turns with those that requests wait for.</summary>
    public const int MaxSwaps = 4;

    /// <summary>When the store is given up that is asked for one model.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>When it is given up where it sorts out many.</summary>
    public static readonly TimeSpan SortingPatience = TimeSpan.FromSeconds(30);

#pragma warning disable CA2213 // None of them has a handle to dispose, and looks under way still use them.
    private readonly SemaphoreSlim _swaps = new(MaxSwaps);
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213

    private readonly Lock _lock = new();
    private readonly ILogger _logger = logger;
    private readonly LookPlan _plan = new(options.RefreshInterval, time);
    private readonly StoreQuestions _questions = new(time);
    private readonly Spell _silence = new((options.RefreshInterval * 2) + Patience, time);
    private readonly Spell _lateness = new(TimeSpan.FromHours(1), time);
    private ITimer? _timer;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(VersionWatch), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.RefreshInterval > TimeSpan.Zero)
        {
            var pause = TimeSpan.FromTicks(Math.Clamp(options.RefreshInterval.Ticks / 16, TimeSpan.TicksPerMillisecond * 10, TimeSpan.TicksPerSecond * 2));
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
        List<(Resident Resident, long DueAt)> due;
        lock (_lock)
        {
            due = _plan.TakeDue(ledger.Snapshot().Where(static resident => resident is { State: ResidentState.Ready, Store.Tag: not null }));
        }

        var looks = due.Select(static one => new Look(one.Resident, one.DueAt, FindHolders(one.Resident))).ToLookup(static look => look.IsSorted);
        return Task.WhenAll(
            looks[true]
                .GroupBy(static look => (Store: look.Opener.Store!, look.Opener.ModelFile))
                .SelectMany(static view => view.Chunk(MaxSorted), (view, some) => Task.Run(() => SortAsync(view.Key.Store, view.Key.ModelFile, some)))
                .Concat(looks[false].Select(look => Task.Run(() => FollowAsync(look)))));
    }

    private static ImmutableArray<IVersionHolder> FindHolders(Resident resident) =>
        [.. resident.Holders.OfType<IVersionHolder>().Where(static holder => holder.Key is not null)];

    private async Task SortAsync(IModelStore store, string? modelFile, Look[] looks)
    {
        HashSet<ModelKey> changed = [];
        await AttemptAsync(looks[0], async () =>
        {
            var known = looks.Select(static look => look.Known).ToImmutableArray();
            changed = [.. await _questions.AskAsync(
                looks[0].Resident.Name, token => store.FindChangedAsync(known, modelFile, token), SortingPatience, () => Note(looks[0]), _stopping.Token)];
        });
        foreach (var look in looks.Where(look => !changed.Contains(look.Known.Key)))
        {
            _plan.Plan(look.Resident, look.DueAt);
        }

        await Task.WhenAll(looks.Where(look => changed.Contains(look.Known.Key)).Select(FollowAsync));
    }

    private async Task FollowAsync(Look look)
    {
        await AttemptAsync(look, () => FollowOnceAsync(look));
        _plan.Plan(look.Resident, look.DueAt);
    }

    private async Task AttemptAsync(Look look, Func<Task> attempt)
    {
        try
        {
            await attempt();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The silo stops.
        }
#pragma warning disable CA1031 // Whatever the store throws, the models go on as they are, and it is asked again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogNotAsked(_silence.Begins() ? LogLevel.Warning : LogLevel.Debug, look.Resident.Name, error.Message);
        }
    }

    // First in the name of those who name no version. What is found for them mostly tells of the version itself too; else that may have changed
    // as well, be it because the higher one cannot be loaded.
    private async Task FollowOnceAsync(Look look)
    {
        var resident = look.Resident;
        if (look.Unnamed is { } unnamed)
        {
            var found = await FollowAsync(look, unnamed, ModelKey.Create(resident.Key.ModelId, null));
            if (found?.Version == resident.Key.Version || resident.Holders.IsEmpty)
            {
                return;
            }
        }

        if (!look.Holders.IsEmpty)
        {
            await FollowAsync(look, look.Holders[0], ModelKey.Create(resident.Key.ModelId, resident.Key.Version));
        }
    }

    private async Task<ModelManifest?> FollowAsync(Look look, IVersionHolder asker, ModelKey key)
    {
        var (resident, known) = (look.Resident, look.Resident.Store);
        var found = await AskAsync(look, asker, key);
        var change = VersionRule.Decide(key, resident.Key.Version, known.Tag!, found);
        if (change == VersionChange.None)
        {
            // What was newer is not there any more.
            known.Forget(key.Version ?? found?.Version ?? 0);
            if (key.Version is null)
            {
                known.ForgetOthers();
            }

            known.Loaded = found?.Version == resident.Key.Version && known.IsSettled ? found : known.Loaded;
        }
        else if (!VersionRule.MustLast(change, known.Loaded!, found!, asker.Opener.ModelFile) || known.SeesAgain(found!))
        {
            await SwapAsync(resident, found!, asker);
        }

        return found;
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

    private async Task<ModelManifest?> AskAsync(Look look, IVersionHolder asker, ModelKey key)
    {
        try
        {
            return await _questions.AskAsync(key.ToString(), token => asker.Opener.FindAsync(key, token), Patience, () => Note(look), _stopping.Token);
        }
        catch (Exception error) when (error is ModelNotFoundException or ModelQuarantinedException)
        {
            return null;
        }
    }

    private void Note(Look look)
    {
        if (_plan.IsLate(look.DueAt))
        {
            var count = ledger.Snapshot().Count;
            LogLate(_lateness.Begins() ? LogLevel.Warning : LogLevel.Debug, count, options.RefreshInterval);
        }
    }

    /// <summary>A look at a resident.</summary>
    /// <param name="Resident">The resident.</param>
    /// <param name="DueAt">Since when it is due.</param>
    /// <param name="Holders">Who holds it, and takes its models from the store.</param>
    private sealed record Look(Resident Resident, long DueAt, ImmutableArray<IVersionHolder> Holders)
    {
        public IVersionHolder? Unnamed => Holders.FirstOrDefault(static holder => holder.Key!.Value.Version is null);

        public IModelOpener Opener => Holders[0].Opener;

        public bool IsSorted => !Holders.IsEmpty && Opener.Store is not null && Resident.Store.IsSettled;

        /// <summary>What is known; to who names no version, higher ones than its own are news.</summary>
        public ModelManifest Known => Unnamed is null ? Resident.Store.Loaded! : Resident.Store.Loaded! with { Versions = [Resident.Key.Version] };
    }
}
