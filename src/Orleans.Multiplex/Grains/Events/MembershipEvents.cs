using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Grains.Events;

/// <summary>Writes into the journal that this silo has joined, and which others have gone; and counts those that died, whoever tells of them.</summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class MembershipEvents(
    IClusterMembershipService membership, ILocalSiloDetails local, ClusterResidencyView view, SiloTelemetry telemetry, TimeProvider time) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _watching = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(MembershipEvents), ServiceLifecycleStage.Active, BeginAsync, EndAsync);

    public void Dispose() => _stop.Dispose();

    private Task BeginAsync(CancellationToken cancellationToken)
    {
        telemetry.SiloChanged(ClusterEventKind.SiloJoined, local.Name, $"Silo '{local.Name}' has joined.");
        _watching = WatchAsync();
        return Task.CompletedTask;
    }

    private async Task EndAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WatchAsync()
    {
        var news = new SiloNews(local.SiloAddress, membership.CurrentSnapshot.Members, time);
        await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(_stop.Token))
        {
            var (seen, told) = news.Take(snapshot.Members, silo => view.Find(silo) is { Row.IsDraining: true });
            telemetry.SawDeaths(seen.Count(static change => change.Kind == ClusterEventKind.SiloDied));
            foreach (var change in told)
            {
                telemetry.SiloChanged(change.Kind, change.Silo, Describe(change));
            }
        }
    }

    private static string Describe(SiloChange change) => change.Kind == ClusterEventKind.SiloLeft
        ? $"Silo '{change.Silo}' has left in good order."
        : $"Silo '{change.Silo}' has died, or does not answer any more; its models come back elsewhere when they are asked for.";
}
