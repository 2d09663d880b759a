using System.Collections.Immutable;
using Orleans.Multiplex.Simulation.Rivals;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>The models whose files a silo's machine has, or a rival's: those that were loaded there last.</summary>
/// <param name="catalogue">The models.</param>
/// <param name="modelsPerSilo">How many the memory holds.</param>
internal sealed class DiskModels(Catalogue catalogue, int modelsPerSilo)
{
    /// <summary>How many models it holds for one that the memory holds.</summary>
    private const int Factor = 8;

    private readonly int _most = Factor * modelsPerSilo;
    private readonly RecencyList _models = new();
    private ImmutableHashSet<string> _ids = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    public ImmutableHashSet<string> Read() => _ids;

    public bool Contains(int model) => _models.Contains(model);

    /// <summary>What it takes until the files of a model are there.</summary>
    public TimeSpan GetFetchTime(int model) => Contains(model) ? TimeSpan.Zero : catalogue.GetFetchTime(model);

    public void Add(int model)
    {
        if (_models.Touch(model))
        {
            return;
        }

        _models.Add(model);
        _ids = _ids.Add(catalogue.GetId(model));
        if (_models.Count > _most)
        {
            _ids = _ids.Remove(catalogue.GetId(_models.TakeOldest()));
        }
    }
}
