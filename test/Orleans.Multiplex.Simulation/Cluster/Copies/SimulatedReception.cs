using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>
/// Takes copies in, by the criterion of production's reception: free room first, else what was used longer ago is displaced, for one copy at a time. (Production's next one
/// waits for its turn; here its silo is passed over.)
/// </summary>
/// <param name="silo">The silo.</param>
/// <param name="loads">Its loads.</param>
/// <param name="catalogue">The models.</param>
internal sealed class SimulatedReception(SimulatedSilo silo, SiloLoads loads, Catalogue catalogue)
{
    private readonly Dictionary<Activation, Action> _coming = [];
    private Activation? _displacing;

    /// <param name="model">The model.</param>
    /// <param name="age">What it displaces was last used longer ago.</param>
    /// <param name="ready">Called when it is ready, after it has been entered in the book.</param>
    /// <returns>Whether it comes.</returns>
    public bool TryTake(int model, TimeSpan age, Action<Activation> ready)
    {
        var (id, bytes) = (catalogue.GetId(model), catalogue.GetBytes(model));
        silo.Footprints.Set(ModelPool.OfStore, id, bytes);
        var claim = silo.Quota.TryReserve(silo.Pool, bytes);
        if (claim is null && (_displacing is not null || !(silo.NextVictimAge > age)))
        {
            return false;
        }

        var resident = new Resident(new ResidentKey(ModelPool.OfStore, id, 0), id, silo.Pool, silo.Clock);
        resident.Gate.TryEnter();
        var copy = new Activation(model, silo, resident) { Displaces = age };
        _displacing = claim is null ? copy : _displacing;
        _coming.Add(copy, () => ready(copy));
        loads.Begin(copy, claim);
        resident.CountAsUsed(age, loads.Present.Select(static one => one.Resident));
        return true;
    }

    /// <summary>A load has ended. False when it was none of a copy.</summary>
    public bool TryComplete(Activation copy)
    {
        if (!_coming.Remove(copy, out var ready))
        {
            return false;
        }

        _displacing = _displacing == copy ? null : _displacing;
        ready();
        return true;
    }
}
