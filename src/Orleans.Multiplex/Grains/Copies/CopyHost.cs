using System.Collections.Immutable;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Answers for the copies of this silo those that decide on them.</summary>
internal sealed class CopyHost(ModelCopies copies, CopyMeter meter, EvictionService evictions, ResidencyPublisher publisher, ResidencyChannel channel)
{
    /// <summary>How long a copy is its model's when nobody tells so: a silo that was frozen decides on it still. Then it is a resident like any that has no grain.</summary>
    private static readonly TimeSpan LongestUnheard = TimeSpan.FromSeconds(30);

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

    /// <summary>Whether a resident is only a copy of a model whose grain is on another silo, which lives.</summary>
    public bool IsElsewhere(Resident resident) =>
        resident.Holders.AreCopies() && resident.Holders.OfType<ModelCopy>().All(copy => channel.ActiveSilos.Contains(copy.List.First));

    /// <summary>Offers the models whose grains were on silos that have gone to those who look for them; and gives up the copies that nobody decides on.</summary>
    public void LookAfterUnheard()
    {
        foreach (var copy in copies.Here.Where(static copy => copy.Unheard > ModelCopy.Lately))
        {
            if (copy.Unheard > LongestUnheard)
            {
                copies.Remove(copy);
            }
            else if (!channel.ActiveSilos.Contains(copy.List.First))
            {
                copies.Offer(copy);
            }
        }
    }

    private CopyMeasure? Meet(CopyList list)
    {
        if (copies.Find(list.Model) is not { Resident: { State: ResidentState.Ready, Gate.IsClosed: false } resident } copy)
        {
            return null;
        }

        copies.Hear(copy, list);
        if (publisher.IsDraining)
        {
            return null;
        }

        return meter.Find(resident) ?? new CopyMeasure(0, meter.Utilisation, TimeSpan.Zero, 0);
    }
}
