using System.Collections;

namespace Orleans.Multiplex.Residency;

/// <summary>Residents by their keys, and those of a model in whatever version, without a look at all of them. For one thread at a time.</summary>
internal sealed class ResidentTable : IEnumerable<Resident>
{
    private readonly Dictionary<ResidentKey, Resident> _byKey = [];

    // Most models are there in one version.
    private readonly Dictionary<(string Pool, string ModelId), List<Resident>> _byModel = [];

    /// <summary>The residents of a model, one of each version that is there.</summary>
    public IReadOnlyList<Resident> Find(string pool, string modelId) => _byModel.GetValueOrDefault((pool, modelId)) ?? [];

    /// <summary>The resident of a model version; null when there is none.</summary>
    public Resident? Find(ResidentKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Puts a resident in the place of the one with its key, if there is one.</summary>
    public void Set(Resident resident)
    {
        if (_byKey.TryGetValue(resident.Key, out var old))
        {
            Remove(old);
        }

        _byKey[resident.Key] = resident;
        var model = (resident.Key.Pool, resident.Key.ModelId);
        if (_byModel.TryGetValue(model, out var versions))
        {
            versions.Add(resident);
        }
        else
        {
            _byModel[model] = [resident];
        }
    }

    /// <summary>Removes a resident; leaves another one with its key alone.</summary>
    public void Remove(Resident resident)
    {
        if (!ReferenceEquals(Find(resident.Key), resident))
        {
            return;
        }

        _byKey.Remove(resident.Key);
        var model = (resident.Key.Pool, resident.Key.ModelId);
        var versions = _byModel[model];
        versions.Remove(resident);
        if (versions.Count == 0)
        {
            _byModel.Remove(model);
        }
    }

    public IEnumerator<Resident> GetEnumerator() => _byKey.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
