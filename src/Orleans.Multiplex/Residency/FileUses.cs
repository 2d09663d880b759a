namespace Orleans.Multiplex.Residency;

/// <summary>
/// Notes in the disk cache when resident models were used. One that answers for days takes nothing from the cache meanwhile: its files would count as used
/// when it was loaded, and go before those of models that nobody asks for.
/// </summary>
internal sealed class FileUses(ResidencyLedger ledger, TimeProvider time) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    /// <summary>How often it is noted; the cache knows uses to the minute.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private ITimer? _timer;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(FileUses), ServiceLifecycleStage.Active, StartAsync, StopAsync);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(static uses => ((FileUses)uses!).Note(), this, Interval, Interval);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        Note();
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    private void Note()
    {
        foreach (var resident in ledger.Snapshot())
        {
            var (tie, lastUse, isInUse) = (resident.Store, resident.LastUse.Number, resident.Gate.Users > 0);
            if (tie.Files is { } files && (isInUse || tie.NotedUse != lastUse))
            {
                tie.NotedUse = lastUse;
                files.NoteUse(isInUse ? TimeSpan.Zero : resident.Age);
            }
        }
    }
}
