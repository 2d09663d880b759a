using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Quarantine;

namespace Orleans.Multiplex.Grains;

/// <inheritdoc cref="IQuarantineChannel"/>
internal sealed class QuarantineChannel(
    ResidencyChannel channel, ResidencyPublisher publisher, IClusterMembershipService membership, ILocalSiloDetails local, TimeProvider time) : IQuarantineChannel
{
    public long ClusterVersion => membership.CurrentSnapshot.Version.Value;

    public void Refresh() => channel.Refresh();

    public async Task AnnounceAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var others = channel.ActiveSilos.Where(silo => !silo.Equals(local.SiloAddress)).ToList();
        if (others.Count == 0)
        {
            return;
        }

        var row = publisher.GetRow();
        var told = Task.WhenAll(others.Select(silo => channel.Of(silo).ConfirmAsync(row)));
        try
        {
            await told.WaitAsync(patience, time, cancellationToken);
        }
        catch (Exception fault) when (fault is TimeoutException or OrleansException)
        {
            // One that does not hear it in time hears it later, or has gone.
            told.Ignore();
        }
    }

    public Task<QuarantineTable[]> AskAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        channel.AskAllAsync(static exchange => exchange.GetQuarantineAsync(), patience, cancellationToken);
}
