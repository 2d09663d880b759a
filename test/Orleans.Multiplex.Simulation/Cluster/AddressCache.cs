using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The activations that a silo has sent calls to, until it hears that they have ended. So it may have old ones.</summary>
/// <param name="silo">The silo's number.</param>
internal sealed class AddressCache(int silo)
{
    private readonly Dictionary<int, Activation> _activations = [];

    public void Add(Activation activation) => _activations[activation.Model] = activation;

    public Activation? Find(int model, TimeSpan now)
    {
        if (!_activations.TryGetValue(model, out var activation))
        {
            return null;
        }

        if (!HasHeardOfEnd(activation, now))
        {
            return activation;
        }

        _activations.Remove(model);
        return null;
    }

    // An eviction is told to all silos at once; the death of a silo, by the membership.
    private bool HasHeardOfEnd(Activation activation, TimeSpan now) =>
        now >= activation.EndedAt + (activation.Silo.Number == silo ? TimeSpan.Zero : Pace.GetDelay(activation.Silo.Number, silo))
        || activation.Silo.IsKnownDead(now);
}
