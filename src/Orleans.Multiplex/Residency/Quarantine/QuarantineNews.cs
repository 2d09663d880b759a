using System.Collections.Immutable;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Residency.Quarantine;

/// <summary>What a silo knows of quarantine that it did not know before.</summary>
/// <param name="Held">The entries that hold from now on.</param>
/// <param name="Cleared">Those that held until now.</param>
/// <param name="Missed">Those that came and were cleared before this silo heard of them.</param>
internal sealed record QuarantineNews(ImmutableArray<QuarantineEntry> Held, ImmutableArray<QuarantineEntry> Cleared, ImmutableArray<QuarantineEntry> Missed)
{
    public static QuarantineNews Of(QuarantineTable before, QuarantineTable now)
    {
        var entries = now.Entries.Values.Select(entry => (Entry: entry, Before: before.Entries.GetValueOrDefault(entry.Mark.Id))).ToList();
        return new(
            [.. entries.Where(static one => one is { Entry.IsCleared: false, Before: null }).Select(static one => one.Entry)],
            [.. entries.Where(static one => one is { Entry.IsCleared: true, Before.IsCleared: false }).Select(static one => one.Entry)],
            [.. entries.Where(static one => one is { Entry.IsCleared: true, Before: null }).Select(static one => one.Entry)]);
    }
}
