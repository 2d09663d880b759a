using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency.Pins;

/// <summary>
/// The pins that operators have made, as one silo knows them: for each model the last word on it, by a stamp that grows. Two tables come
/// to the same whichever is merged into which and however often, so that silos may tell each other in any order.
/// </summary>
/// <param name="Marks">The last word on each model.</param>
[GenerateSerializer, Immutable, Alias("multiplex.PinTable")]
internal sealed record PinTable(ImmutableDictionary<string, PinMark> Marks)
{
    /// <summary>How many models that are pinned no longer are kept. Forgotten too early, one would be pinned again by a silo that missed it.</summary>
    private const int MostUnpinned = 1000;

    public static PinTable Empty { get; } = new(ImmutableDictionary.Create<string, PinMark>(StringComparer.Ordinal));

    /// <summary>The models that are pinned.</summary>
    public IEnumerable<string> Pinned => Marks.Where(static mark => mark.Value.IsPinned).Select(static mark => mark.Key);

    public bool IsPinned(string model) => Marks.TryGetValue(model, out var mark) && mark.IsPinned;

    /// <summary>The table after a model was pinned, or a pin was taken back.</summary>
    public PinTable With(string model, bool isPinned)
    {
        var stamp = Marks.Count == 0 ? 1 : Marks.Values.Max(static mark => mark.Stamp) + 1;
        return new PinTable(Trim(Marks.SetItem(model, new PinMark(stamp, isPinned))));
    }

    /// <summary>What both tables know. This very table when the other one has nothing new.</summary>
    public PinTable Merge(PinTable other)
    {
        var news = other.Marks.Where(mark => !Marks.TryGetValue(mark.Key, out var known) || mark.Value.IsAfter(known)).ToList();
        return news.Count == 0 ? this : new PinTable(Trim(Marks.SetItems(news)));
    }

    private static ImmutableDictionary<string, PinMark> Trim(ImmutableDictionary<string, PinMark> marks)
    {
        var unpinned = marks.Where(static mark => !mark.Value.IsPinned).ToList();
        return unpinned.Count <= MostUnpinned
            ? marks
            : marks.RemoveRange(unpinned
                .OrderByDescending(static mark => mark.Value.Stamp)
                .ThenBy(static mark => mark.Key, StringComparer.Ordinal)
                .Skip(MostUnpinned)
                .Select(static mark => mark.Key));
    }
}
