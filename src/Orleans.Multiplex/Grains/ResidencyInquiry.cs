using System.Collections.Immutable;
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

    /// <summary>Asks all, and returns what those say that answer.</summary>
    public async Task<ImmutableArray<SiloRow>> AskAsync(CancellationToken cancellationToken)
    {
        var others = channel.ActiveSilos.Where(silo => !silo.Equals(local.SiloAddress));
        var answers = await Task.WhenAll(others.Select(silo => AskAsync(silo, cancellationToken)));
        return [.. answers.OfType<SiloRow>()];
    }

    private async Task<SiloRow?> AskAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            if (await channel.Of(silo).GetRowAsync().WaitAsync(Patience, time, cancellationToken) is { } row)
            {
                view.Update(row);
                return row;
            }
        }
        catch (Exception error) when (error is TimeoutException or OrleansException)
        {
        }

        return null;
    }
}
