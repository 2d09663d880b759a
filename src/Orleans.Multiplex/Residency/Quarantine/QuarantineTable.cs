using System.Collections.Immutable;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Residency.Quarantine;

/// <summary>
/// The quarantined versions as one silo knows them, and those that were cleared. An entry stands for one opening that ended a silo and is cleared once and
/// for all, so two tables come to the same whichever is merged into which and however often: silos may tell each other in any order, also those that
/// were away, and no clock is compared.
/// </summary>
/// <param name="Entries">The entries by their ids.</param>
[GenerateSerializer, Immutable, Alias("multiplex.QuarantineTable")]
internal sealed record QuarantineTable(ImmutableDictionary<string, QuarantineEntry> Entries)
{
    /// <summary>How many of each kind are kept, the newest. A cleared one forgotten too early would come back with a silo that missed it.</summary>
    public const int Most = 1000;

    public static QuarantineTable Empty { get; } = new(ImmutableDictionary.Create<string, QuarantineEntry>(StringComparer.Ordinal));

    /// <summary>The entries that hold.</summary>
    public IEnumerable<QuarantineEntry> Holding => Entries.Values.Where(static entry => !entry.IsCleared);

    /// <summary>What both tables know. This very table when the other one has nothing new.</summary>
    public QuarantineTable Merge(QuarantineTable other) => With(other.Entries.Values);

    /// <summary>The table with further entries. This very table when they are nothing new.</summary>
    public QuarantineTable With(IEnumerable<QuarantineEntry> entries)
    {
        var all = Entries.ToBuilder();
        foreach (var entry in entries)
        {
            all[entry.Mark.Id] = all.TryGetValue(entry.Mark.Id, out var known) ? known.Merge(entry) : entry;
        }

        var merged = all.ToImmutable();
        return ReferenceEquals(merged, Entries) ? this : new QuarantineTable(Trim(Trim(merged, isCleared: true), isCleared: false));
    }

    private static ImmutableDictionary<string, QuarantineEntry> Trim(ImmutableDictionary<string, QuarantineEntry> entries, bool isCleared) =>
        entries.Count <= Most
            ? entries
            : entries.RemoveRange(entries.Values
                .Where(entry => entry.IsCleared == isCleared)
                .OrderByDescending(static entry => entry.Mark.At)
                .ThenBy(static entry => entry.Mark.Id, StringComparer.Ordinal)
                .Skip(Most)
                .Select(static entry => entry.Mark.Id));
}
