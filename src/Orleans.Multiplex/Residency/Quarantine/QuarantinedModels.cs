using System.Collections.Immutable;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Residency.Quarantine;

/// <summary>
/// The versions that no silo opens, as this silo knows them; and what it has announced to the others that it is opening itself. Quarantine is of models
/// of the store. A version that answers already goes on: it is not opened for that.
/// </summary>
internal sealed class QuarantinedModels
{
    private readonly Lock _lock = new();
    private volatile QuarantineTable _table = QuarantineTable.Empty;
    private ImmutableDictionary<string, QuarantineEntry> _byKey = ImmutableDictionary.Create<string, QuarantineEntry>(StringComparer.Ordinal);
    private ImmutableHashSet<string> _forms = ImmutableHashSet.Create<string>(StringComparer.Ordinal);
    private ImmutableDictionary<string, OpeningMark> _openings = ImmutableDictionary.Create<string, OpeningMark>(StringComparer.Ordinal);
    private bool _isLeaving;

    /// <summary>Raised, outside the lock, when something is known that was not.</summary>
    public event Action<QuarantineNews>? Changed;

    /// <summary>Raised when an opening that was announced has ended.</summary>
    public event Action? Withdrawn;

    /// <summary>All that is known.</summary>
    public QuarantineTable Table => _table;

    /// <summary>What this silo has announced that it is opening.</summary>
    public ImmutableArray<OpeningMark> Openings => [.. Volatile.Read(ref _openings).Values];

    /// <summary>Why a version is not to be opened; null when it may be.</summary>
    /// <param name="key">What the cache calls it.</param>
    public QuarantineEntry? Find(string key) => Volatile.Read(ref _byKey).GetValueOrDefault(key);

    /// <summary>
    /// Whether a silo ended while it was opening this form of a model. That it was cleared makes no difference: without its form the model may be opened, and more
    /// was not meant.
    /// </summary>
    public bool HasEnded(string form) => Volatile.Read(ref _forms).Contains(form);

    /// <summary>Whether any version is not to be opened.</summary>
    public bool IsEmpty => Volatile.Read(ref _byKey).IsEmpty;

    /// <summary>The entries that hold, in the order of models and versions.</summary>
    public IEnumerable<QuarantineEntry> FindAll(ModelKey? model = null) => _table.Holding
        .Where(entry => model is not { } key || entry.IsOf(key))
        .OrderBy(static entry => entry.Mark.Model, StringComparer.Ordinal)
        .ThenBy(static entry => entry.Mark.Version)
        .ThenBy(static entry => entry.Mark.At);

    /// <summary>Takes in what another silo knows.</summary>
    public void Take(QuarantineTable table) => Add(table.Entries.Values);

    /// <summary>Takes in entries.</summary>
    public void Add(IEnumerable<QuarantineEntry> entries)
    {
        QuarantineNews news;
        lock (_lock)
        {
            var before = _table;
            var now = before.With(entries);
            if (ReferenceEquals(now, before))
            {
                return;
            }

            news = QuarantineNews.Of(before, now);
            _table = now;
            Volatile.Write(ref _byKey, now.Holding
                .GroupBy(static entry => entry.Mark.Key, StringComparer.Ordinal)
                .ToImmutableDictionary(static same => same.Key, static same => same.MaxBy(static entry => entry.Mark.At)!, StringComparer.Ordinal));
            Volatile.Write(ref _forms, now.Entries.Values
                .Select(static entry => entry.Mark.Form)
                .OfType<string>()
                .ToImmutableHashSet(StringComparer.Ordinal));
        }

        Changed?.Invoke(news);
    }

    /// <summary>Clears all entries of a model, or of one version.</summary>
    /// <returns>Those that held.</returns>
    public ImmutableArray<QuarantineEntry> Clear(ModelKey model)
    {
        ImmutableArray<QuarantineEntry> held = [.. FindAll(model)];
        Add(held.Select(static entry => entry with { IsCleared = true }));
        return held;
    }

    /// <summary>Has the others told that this silo is opening a version.</summary>
    public void Announce(OpeningMark mark)
    {
        lock (_lock)
        {
            _openings = _isLeaving ? _openings : _openings.SetItem(mark.Id, mark);
        }
    }

    /// <summary>The opening has ended.</summary>
    public void Withdraw(OpeningMark mark)
    {
        bool wasThere;
        lock (_lock)
        {
            var before = _openings;
            _openings = before.Remove(mark.Id);
            wasThere = !ReferenceEquals(before, _openings);
        }

        if (wasThere)
        {
            Withdrawn?.Invoke();
        }
    }

    /// <summary>The silo leaves in good order: whatever it is opening still, its end has another reason.</summary>
    public void Leave()
    {
        bool wasThere;
        lock (_lock)
        {
            _isLeaving = true;
            wasThere = !_openings.IsEmpty;
            _openings = _openings.Clear();
        }

        if (wasThere)
        {
            Withdrawn?.Invoke();
        }
    }
}
