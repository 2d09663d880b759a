using System.Collections.Immutable;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Tests.Loading.Versions;

/// <summary>A silo whose residents come from a store, and what swaps them.</summary>
internal sealed class SwapSilo : IDisposable
{
    /// <summary>After so long a swap that waits for room looks again.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private Task<TimeSpan>? _nextTimer;

    public SwapSilo(int maxModels = ModelPool.Unlimited, long maxBytes = 1L << 40, WithoutRoom withoutRoom = WithoutRoom.Postpone)
    {
        Inner = new TestSilo([new ModelPool(ModelPool.OfStore, maxModels)], maxBytes);
        Options = new VersionOptions { WithoutRoom = withoutRoom };
        Swap = new VersionSwap(Inner.Ledger, Inner.Loader, Inner.Evictions, Options, Inner.Time, Inner.Log);
    }

    public TestSilo Inner { get; }

    public VersionOptions Options { get; }

    public VersionSwap Swap { get; }

    public FakeOpener Opener => Inner.Opener;

    public static ModelManifest Manifest(string id, long version = 1, string tag = "old") =>
        FakeStore.Manifest(id, version) with { Tag = tag, Versions = [.. Enumerable.Range(1, (int)version).Select(static one => (long)one)] };

    /// <summary>A resident that was loaded from the store, with its holders.</summary>
    public async Task<(Resident Resident, ImmutableArray<FakeHolder> Holders)> LoadAsync(string id, params string[] names)
    {
        await Inner.LoadAsync(id, manifest: Manifest(id));
        var resident = Find(id, 1);
        ImmutableArray<FakeHolder> holders = [.. (names is [] ? [id] : names).Select(name => new FakeHolder(name, Opener))];
        holders.ToList().ForEach(holder => holder.Hold(resident));
        return (resident, holders);
    }

    public Resident Find(string id, long version) =>
        Inner.Ledger.Snapshot().Single(resident => resident is { State: ResidentState.Ready } && resident.Key.ModelId == id && resident.Key.Version == version);

    public Task SwapAsync(Resident old, long version = 1, string tag = "new") =>
        Swap.SwapAsync(old, Manifest(old.Key.ModelId, version, tag), old.Holders.OfType<FakeHolder>().First());

    /// <summary>Holds the next models while they are opened.</summary>
    public Checkpoint HoldOpening()
    {
        var opening = new Checkpoint();
        Opener.Open = async (artifact, token) =>
        {
            await opening.PassAsync(token);
            return new TrackedModel(artifact.Id);
        };
        return opening;
    }

    /// <summary>Lets the swaps that wait for room look again, one time after the other, until something has ended.</summary>
    public async Task<TimeSpan> AdvanceUntilAsync(Task ended)
    {
        var startedAt = Inner.Time.GetTimestamp();
        while (await Task.WhenAny(ended.Soon(), _nextTimer ??= Inner.Time.NextTimerAsync()) == _nextTimer)
        {
            var dueTime = await _nextTimer;
            _nextTimer = null;
            if (dueTime == LookAgain)
            {
                await WhenSettledAsync();
                Inner.Time.Advance(LookAgain);
            }
        }

        await ended;
        return Inner.Time.GetElapsedTime(startedAt);
    }

    /// <summary>Completes when nothing is on its way out that nobody uses.</summary>
    public async Task WhenSettledAsync()
    {
        while (Inner.Quota.Locked(() => Inner.Pool.Models.Leaving)
            > Inner.Ledger.Snapshot().Count(static resident => resident is { State: ResidentState.Draining, Gate.Users: > 0 }))
        {
            await Task.Yield();
        }
    }

    public void Dispose() => Inner.Dispose();
}
