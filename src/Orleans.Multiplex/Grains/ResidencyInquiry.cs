using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Asks the other silos what they hold now. News that come by themselves are a moment old, and what was decided on their ground is a
/// guess: good enough to place by, too little to evict a model here while there is room elsewhere.
/// </summary>
internal sealed class ResidencyInquiry(ResidencyChannel channel, ILocalSiloDetails local, ClusterResidencyView view, TimeProvider time)
{
    /// <summary>The longest to wait for an answer; of a silo that gives none the last news count.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    public Task AskAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(channel.ActiveSilos.Where(silo => !silo.Equals(local.SiloAddress)).Select(silo => AskAsync(silo, cancellationToken)));

    private async Task AskAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            if (await channel.Of(silo).GetRowAsync().WaitAsync(Patience, time, cancellationToken) is { } row)
            {
                view.Update(row);
            }
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
        }
    }
}
