using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>What a silo counted lately.</summary>
/// <param name="Silo">The silo's name.</param>
/// <param name="Slots">Five seconds each, the newest last: one ends when the next one begins, the last of them within the last five seconds. At most a quarter of an hour.</param>
[GenerateSerializer, Immutable, Alias("multiplex.SiloHistory")]
public sealed record SiloHistory(string Silo, ImmutableArray<HistorySlot> Slots)
{
    /// <summary>How long a slot lasts.</summary>
    public static TimeSpan SlotLength { get; } = TimeSpan.FromSeconds(5);

    /// <summary>How many slots are kept: a quarter of an hour.</summary>
    public const int MostSlots = 180;
}
