using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>
/// The pins that hold in the cluster, as this silo knows them: those in the settings of each silo that lives, and those that operators
/// have made. Pins are of models of the store.
/// </summary>
/// <param name="configured">The pins in this silo's own settings.</param>
/// <param name="view">What the other silos tell.</param>
internal sealed class PinnedModels(ImmutableArray<string> configured, ClusterResidencyView view)
{
    private readonly Lock _lock = new();
    private volatile PinTable _table = PinTable.Empty;
    private volatile ImmutableHashSet<string> _current = [.. configured];

    /// <summary>Raised, outside the lock, when other models are pinned than before.</summary>
    public event Action? Changed;

    /// <summary>The pins in this silo's own settings.</summary>
    public ImmutableArray<string> Configured => configured;

    /// <summary>The pins that operators have made.</summary>
    public PinTable Table => _table;

    /// <summary>All pins: <c>id</c> or <c>id@version</c>.</summary>
    public ImmutableHashSet<string> Current => _current;

    /// <summary>Whether a pin keeps a resident.</summary>
    /// <param name="key">The resident.</param>
    /// <param name="isDefaultVersion">Whether it is the version that the plain id stands for.</param>
    public bool Covers(ResidentKey key, bool isDefaultVersion) => Find(key, isDefaultVersion) is not null;

    /// <summary>The pin that keeps a resident; null when none does.</summary>
    public string? Find(ResidentKey key, bool isDefaultVersion)
    {
        var pins = _current;
        return pins.IsEmpty || key.Pool != ModelPool.OfStore ? null
            : isDefaultVersion && pins.Contains(key.ModelId) ? key.ModelId
            : key.Version > 0 && ModelKey.Create(key.ModelId, key.Version).ToString() is var name && pins.Contains(name) ? name
            : null;
    }

    /// <summary>Where a pin comes from.</summary>
    public PinOrigin GetOrigin(string pin) =>
        configured.Contains(pin) || view.Rows.Any(row => row.ConfiguredPins.Contains(pin)) ? PinOrigin.Settings : PinOrigin.Operator;

    /// <summary>Takes in what operators did, as another silo tells it.</summary>
    public void Take(PinTable table)
    {
        lock (_lock)
        {
            _table = _table.Merge(table);
        }

        Refresh();
    }

    /// <summary>Sees whether other models are pinned now. To be called when silos have told something, or have gone.</summary>
    public void Refresh()
    {
        lock (_lock)
        {
            ImmutableHashSet<string> now = [.. configured, .. _table.Pinned, .. view.Rows.SelectMany(static row => row.ConfiguredPins)];
            if (now.SetEquals(_current))
            {
                return;
            }

            _current = now;
        }

        Changed?.Invoke();
    }
}
