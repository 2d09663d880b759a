using Orleans.Multiplex.Grains.Copies;

namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>Which silos have which models beside the one where the model's grain is, as each of those silos knows it.</summary>
internal sealed class CopyBook
{
    private readonly Dictionary<int, CopyList> _lists = [];
    private readonly Dictionary<(int Model, SiloAddress Silo), Activation> _copies = [];

    /// <summary>The silos that have a model; null where there is only one.</summary>
    public CopyList? FindList(int model) => _lists.GetValueOrDefault(model);

    /// <summary>The copy of a model on a silo; null where there is none.</summary>
    public Activation? Find(int model, SiloAddress silo) => _copies.GetValueOrDefault((model, silo));

    /// <summary>The copies on a silo.</summary>
    public IEnumerable<Activation> GetCopies(SimulatedSilo silo) => _copies.Values.Where(copy => copy.Silo == silo);

    /// <summary>How many copies of a model are ready, without the one where its grain is.</summary>
    public int Count(int model) => _copies.Keys.Count(key => key.Model == model);

    public void Add(Activation copy) => _copies[(copy.Model, copy.Silo.SiloAddress)] = copy;

    public void Remove(Activation copy) => _copies.Remove((copy.Model, copy.Silo.SiloAddress));

    /// <summary>The silo that has the model's grain tells where the model is.</summary>
    public void Lead(int model, CopyList list)
    {
        if (list.Silos.Length > 1)
        {
            _lists[model] = list;
        }
        else
        {
            _lists.Remove(model);
        }
    }

    /// <summary>The grain's silo has lost the model: where it has copies, one of them takes the grain, and is returned.</summary>
    public Activation? Promote(int model)
    {
        var next = _copies.Values.FirstOrDefault(copy => copy.Model == model);
        if (FindList(model) is { } list && next is not null)
        {
            var silo = next.Silo.SiloAddress;
            Lead(model, CopyList.Of(list.Model, list.Others.Where(other => !other.Equals(silo)).Prepend(silo)));
            Remove(next);
        }
        else
        {
            _lists.Remove(model);
        }

        return next;
    }
}
