using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Loading;

/// <summary>
/// Puts a newer version in the place of a resident under traffic: no request fails, none waits for a load, and each is answered by the one that
/// it entered.
/// </summary>
/// <remarks>
/// <list type="number">
/// <item>Load the newer one beside the old one, in room of its own, and warm it up (<see cref="ModelLoader.LoadSuccessor"/>).</item>
/// <item>Let the ledger have it for its key, so that who comes anew finds it.</item>
/// <item>Move the holders over, so that their next request enters it. Here a pin goes over too, before the old one can go.</item>
/// <item>Unload the old one, unless it is held under its own version. It goes when its last request has ended, and its room after that.</item>
/// </list>
/// When the old one is closed before step 2, by an eviction, an operator or the silo's stop, the newer one goes with it.
/// </remarks>
internal sealed partial class VersionSwap(
    ResidencyLedger ledger, ModelLoader loader, EvictionService evictions, VersionOptions options, TimeProvider time, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Swaps a resident for what the store has now, if that may be tried.</summary>
    /// <param name="old">The resident.</param>
    /// <param name="found">What the store has: another content of its version, or a higher version.</param>
    /// <param name="asker">The holder in whose name the store was asked.</param>
    public async Task SwapAsync(Resident old, ModelManifest found, IVersionHolder asker)
    {
        var before = old.Store.Find(found);
        if (before is { State: NewerVersionState.Failed } && before.GetRemaining(time) > TimeSpan.Zero)
        {
            return;
        }

        var key = old.Key with { Version = found.Version };
        var name = key.GetName(found.Versions.Length > 1);
        if (ledger.EnterSuccessor(old, key, name, out var isNew) is not { } successor)
        {
            return;
        }

        var trying = new NewerVersion(found.Version, found.Tag, NewerVersionState.Loading, "", (before?.Attempts ?? 0) + 1, time.GetTimestamp(), TimeSpan.Zero);
        old.Store.Note(trying);
        try
        {
            if (isNew)
            {
                LogBegun(old.Name, found.Version);
                loader.LoadSuccessor(successor, found, asker.Opener);
            }

            var outcome = await successor.WhenLoaded;
            if (outcome.Failure is not { } failure)
            {
                PutInPlace(old, successor);
            }
            else
            {
                GiveUp(old, trying, before, failure, outcome.Message);
            }
        }
        finally
        {
            successor.Leave();
        }
    }

    private void PutInPlace(Resident old, Resident successor)
    {
        old.Store.Forget(successor.Key.Version);
        successor.Store.Inherit(old.Store);
        if (!ledger.TryInstall(successor, old))
        {
            _ = evictions.EvictAsync(successor, EvictionReason.Superseded);
            return;
        }

        foreach (var holder in FindMovers(old, successor.Key.Version))
        {
            holder.OnSuperseded(old, successor);
        }

        LogSwapped(old.Name, successor.Key.Version);
        UnloadUnlessHeld(old, successor.Key.Version);
    }

    private void GiveUp(Resident old, NewerVersion trying, NewerVersion? before, LoadFailureKind failure, string reason)
    {
        // What says nothing of the version is told once, while it goes on.
        var isTold = before?.Failure == failure;
        switch (failure)
        {
            // It was ended, or has gone from the store again: the next look finds out what there is.
            case LoadFailureKind.Unloaded or LoadFailureKind.NotFound:
                old.Store.Forget(trying.Version);
                break;
            case LoadFailureKind.NoRoom or LoadFailureKind.Overloaded when options.WithoutRoom == WithoutRoom.SwapCold:
                LogSwappedCold(old.Name, trying.Version, reason);
                SwapCold(old, trying.Version);
                break;
            case LoadFailureKind.NoRoom or LoadFailureKind.Overloaded or LoadFailureKind.NoDisk:
                LogPostponed(isTold ? LogLevel.Debug : LogLevel.Warning, old.Name, trying.Version, options.RefreshInterval, reason);
                Note(NewerVersionState.Postponed, options.RefreshInterval);
                break;
            case LoadFailureKind.StoreUnavailable:
                LogNotFetched(isTold ? LogLevel.Debug : LogLevel.Warning, old.Name, trying.Version, options.RefreshInterval, reason);
                Note(NewerVersionState.Postponed, options.RefreshInterval);
                break;
            default:
                var pause = LoadBackoff.GetDelay(failure, trying.Attempts);
                LogFailed(old.Name, trying.Version, pause, reason);
                Note(NewerVersionState.Failed, pause);
                break;
        }

        void Note(NewerVersionState state, TimeSpan pause) =>
            old.Store.Note(trying with { State = state, Failure = failure, Reason = reason, TriedAt = time.GetTimestamp(), Pause = pause });
    }

    // Who is told to let go has its next request look anew. One that is held under its own version stays, as prey like any other.
    private void SwapCold(Resident old, long version)
    {
        old.Store.Forget(version);
        if (version != old.Key.Version)
        {
            foreach (var holder in FindMovers(old, version))
            {
                holder.OnUnloading(old);
                old.RemoveHolder(holder);
            }
        }

        UnloadUnlessHeld(old, version);
    }

    private void UnloadUnlessHeld(Resident old, long version)
    {
        if (version == old.Key.Version || old.Holders.IsEmpty)
        {
            _ = evictions.EvictAsync(old, EvictionReason.Superseded);
        }
    }

    // Another content of the same version is for all; a higher version for those who named none.
    private static IEnumerable<IResidentHolder> FindMovers(Resident old, long version) =>
        old.Holders.Where(holder => version == old.Key.Version || holder is IVersionHolder { Key.Version: null });
}
