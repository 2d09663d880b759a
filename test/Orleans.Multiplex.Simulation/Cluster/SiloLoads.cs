using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>
/// The loads of a silo, in production's order: wait for a turn, fetch what the disk does not have, take room and evict for it, open, be ready. Victims
/// are production's; unloading them takes no time.
/// </summary>
internal sealed class SiloLoads(SimulatedSilo silo, Catalogue catalogue, EventQueue queue, Action<Activation, Activation?> evicted, Action<Activation> ready)
{
    private readonly Queue<(Activation Activation, Reservation? Claim, ExpectedRoom? Expected)> _waiting = new();
    private readonly Queue<Activation> _short = new();
    private readonly HashSet<Activation> _present = [];
    private int _running;

    /// <summary>The models that are ready.</summary>
    public IEnumerable<Activation> Present => _present;

    /// <param name="activation">The activation whose model is to be loaded.</param>
    /// <param name="claim">The room that its arrival has claimed; null where none was free.</param>
    public void Begin(Activation activation, Reservation? claim)
    {
        _waiting.Enqueue((activation, claim, claim is null ? silo.Quota.Expect(silo.Pool, catalogue.GetBytes(activation.Model)) : null));
        Next();
    }

    /// <summary>A model is used no longer, so it may go for one that waits for room.</summary>
    public void OnIdle()
    {
        while (_short.TryPeek(out var activation) && TryReserve(activation) is { } room)
        {
            _short.Dequeue();
            Open(activation, room);
        }
    }

    private void Next()
    {
        while (_running < Pace.ParallelLoads && _waiting.TryDequeue(out var load))
        {
            _running++;
            load.Activation.Resident.MoveTo(ResidentState.Fetching);
            queue.After(silo.Disk.GetFetchTime(load.Activation.Model), () => Reserve(load.Activation, load.Claim, load.Expected));
        }
    }

    private void Reserve(Activation activation, Reservation? claim, ExpectedRoom? expected)
    {
        if (silo.IsDead)
        {
            return;
        }

        expected?.Dispose();
        silo.Disk.Add(activation.Model);
        activation.Resident.MoveTo(ResidentState.Checking);
        activation.Resident.MoveTo(ResidentState.Reserving);
        if ((claim ?? (_short.Count > 0 ? null : TryReserve(activation))) is { } room)
        {
            Open(activation, room);
        }
        else
        {
            _short.Enqueue(activation);
        }
    }

    private Reservation? TryReserve(Activation activation)
    {
        var bytes = catalogue.GetBytes(activation.Model);
        while (true)
        {
            if (silo.Quota.TryReserve(silo.Pool, bytes) is { } room)
            {
                return room;
            }

            var shortages = silo.Quota.Locked(() => Shortages.FindFor(silo.Quota.Pools, silo.Quota.Memory, silo.Pool, bytes, ""));
            if (LruEvictionPolicy.TakeVictim(shortages, static resident => resident.Gate.TryCloseIdle() && resident.TryBeginDraining()) is not { } victim)
            {
                return null;
            }

            Evict(victim.Resident, activation);
        }
    }

    private void Evict(Resident victim, Activation? successor)
    {
        victim.MoveTo(ResidentState.Unloading);
        var activation = (Activation)victim.TakeModel()!;
        _present.Remove(activation);
        evicted(activation, successor);
        victim.MoveTo(ResidentState.Gone);
        victim.Reservation!.Release();
        victim.End();
    }

    private void Open(Activation activation, Reservation room)
    {
        activation.Resident.Reservation = room;
        activation.Resident.MoveTo(ResidentState.Opening);
        queue.After(catalogue.GetOpenTime(activation.Model), () => Complete(activation));
    }

    private void Complete(Activation activation)
    {
        if (silo.IsDead)
        {
            return;
        }

        activation.Resident.CompleteLoad(activation);
        silo.Evictions.Add(activation.Resident);
        _present.Add(activation);
        ready(activation);
        _running--;
        Next();
    }

    /// <summary>Lets a model go that nobody uses; false when somebody does.</summary>
    public bool TryEvict(Resident resident)
    {
        if (!resident.Gate.TryCloseIdle())
        {
            return false;
        }

        // Its place in the order of eviction is passed over from now on.
        if (resident.TryBeginDraining())
        {
            Evict(resident, successor: null);
            OnIdle();
        }

        return true;
    }

    /// <summary>A request ends.</summary>
    public void Leave(Resident resident)
    {
        resident.Leave();
        if (_short.Count > 0)
        {
            OnIdle();
        }
    }
}
