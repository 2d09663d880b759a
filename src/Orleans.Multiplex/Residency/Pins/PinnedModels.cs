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
    /// <summary>The most pins of operators, and of a silo's settings: each silo tells of all, and looks after its part, every second.</summary>
    public const int Most = 1000;

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

    /// <summary>
    /// The pins that keep a resident: those under whose names it is held. So each pin keeps one resident, the one through which its grain
    /// answers, and not whichever version was once loaded under another name.
    /// </summary>
    public ImmutableArray<string> Of(Resident resident)
    {
        var pins = _current;
        return pins.IsEmpty || resident.Key.Pool != ModelPool.OfStore ? [] : [.. resident.GetNames().Where(pins.Contains)];
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
            if (_current.IsEmpty && _table.Marks.IsEmpty && view.Rows.All(static row => row.ConfiguredPins.IsEmpty))
            {
                return;
            }

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
