using System.Collections.Immutable;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The models whose files a silo's machine has: those that were loaded there last.</summary>
/// <param name="catalogue">The models.</param>
/// <param name="most">How many there is room for.</param>
internal sealed class DiskModels(Catalogue catalogue, int most)
{
    private readonly RecencyList _models = new();
    private ImmutableHashSet<string> _ids = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public ImmutableHashSet<string> Read() => _ids;

    public bool Contains(int model) => _models.Contains(model);

    public void Add(int model)
    {
        if (_models.Touch(model))
        {
            return;
        }

        _models.Add(model);
        _ids = _ids.Add(catalogue.GetId(model));
        if (_models.Count > most)
        {
            _ids = _ids.Remove(catalogue.GetId(_models.TakeOldest()));
        }
    }
}
