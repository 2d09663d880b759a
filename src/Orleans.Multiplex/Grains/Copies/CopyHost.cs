using System.Collections.Immutable;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Answers for the copies of this silo those that decide on them.</summary>
internal sealed class CopyHost(ModelCopies copies, CopyMeter meter, EvictionService evictions, ResidencyPublisher publisher)
{
    /// <summary>How long a copy is its model's when nobody tells so: a silo that was frozen decides on it still. Then it is a resident like any that has no grain.</summary>
    private static readonly TimeSpan LongestUnheard = TimeSpan.FromSeconds(30);

    /// <summary>Within this time a silo is heard of that has the grain of a copy's model.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    /// <summary>Hears where models are, and tells how their copies here do; null for one that is not here, or not for long.</summary>
    public ImmutableArray<CopyMeasure?> Meet(ImmutableArray<CopyList> lists) => [.. lists.Select(Meet)];

    /// <summary>Drops a copy, as the silo decided that has the model's grain. What is used under another name stays.</summary>
    public void Drop(string model, SiloAddress decider)
    {
        if (copies.Find(model) is { } copy && copy.List.First.Equals(decider) && copies.Remove(copy) is { Holders.IsEmpty: true } resident)
        {
            _ = evictions.EvictAsync(resident, EvictionReason.Cooled);
        }
    }

    /// <summary>Whether a resident is only a copy of a model that is elsewhere too.</summary>
    public static bool IsElsewhere(Resident resident) =>
        resident.Holders.AreCopies() && resident.Holders.OfType<ModelCopy>().All(static copy => copy.Unheard < Lately);

    /// <summary>Offers the models whose grains were on silos that have gone to those who look for them; and gives up the copies that nobody decides on.</summary>
    /// <param name="isActive">Whether a silo lives.</param>
    public void LookAfterUnheard(Func<SiloAddress, bool> isActive)
    {
        foreach (var copy in copies.Here.Where(static copy => copy.Unheard > Lately))
        {
            if (copy.Unheard > LongestUnheard)
            {
                copies.Remove(copy);
            }
            else if (!isActive(copy.List.First))
            {
                copies.Offer(copy);
            }
        }
    }

    private CopyMeasure? Meet(CopyList list)
    {
        if (publisher.IsDraining || copies.Find(list.Model) is not { Resident: { State: ResidentState.Ready, Gate.IsClosed: false } resident } copy)
        {
            return null;
        }

        copies.Hear(copy, list);
        return meter.Find(resident) ?? new CopyMeasure(0, meter.Utilisation, TimeSpan.Zero, 0);
    }
}
