using System.Collections.Immutable;
using Orleans.Multiplex.Placement;
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

    /// <summary>The same where nobody waits for it and it is asked but once.</summary>
    private static readonly TimeSpan UnattachedPatience = TimeSpan.FromSeconds(10);

    private IReadOnlyList<SiloAddress> Others => [.. channel.ActiveSilos.Where(silo => !silo.Equals(local.SiloAddress))];

    /// <summary>Asks all, and returns what those say that answer.</summary>
    public Task<ImmutableArray<SiloRow>> AskAsync(CancellationToken cancellationToken) => AskAsync(Others, cancellationToken);

    /// <summary>Asks those that may be a better place for a model (<see cref="AskedSilos"/>), and returns what those say that answer.</summary>
    public Task<ImmutableArray<SiloRow>> AskAsync(string modelId, long bytes, CancellationToken cancellationToken) =>
        AskAsync(AskedSilos.Choose(modelId, bytes, Others, silo => view.Find(silo)?.Row), cancellationToken);

    /// <summary>Asks all which models are ready there without an activation, and notes them. It never fails.</summary>
    public Task AskUnattachedAsync(CancellationToken cancellationToken) => Task.WhenAll(Others.Select(silo => AskUnattachedAsync(silo, cancellationToken)));

    private async Task<ImmutableArray<SiloRow>> AskAsync(IEnumerable<SiloAddress> silos, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(silos.Select(silo => AskAsync(silo, cancellationToken)));
        return [.. answers.OfType<SiloRow>()];
    }

    private async Task AskUnattachedAsync(SiloAddress silo, CancellationToken cancellationToken)
    {
        try
        {
            channel.TakeIn(await channel.Of(silo).GetUnattachedAsync().WaitAsync(UnattachedPatience, time, cancellationToken));
        }
#pragma warning disable CA1031 // Whatever keeps a silo from answering: a model of it that is asked for is loaded here, too.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
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
