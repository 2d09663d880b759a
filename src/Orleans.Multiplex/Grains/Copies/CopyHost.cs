using System.Collections.Immutable;
using Orleans.Multiplex.Placement.Copies;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains.Copies;

/// <summary>Answers for the copies of this silo those that decide on them.</summary>
internal sealed class CopyHost(ModelCopies copies, CopyMeter meter, EvictionService evictions, ResidencyPublisher publisher)
{
    /// <summary>How long a copy is its model's when nobody has told so. Then its silo says that the model is here, should its grain be looked for.</summary>
    private static readonly TimeSpan LongestUnheard = TimeSpan.FromSeconds(3);

    /// <summary>Hears where models are, and tells how their copies here do; null for one that is not here, or not for long.</summary>
    public ImmutableArray<CopyMeasure?> Meet(ImmutableArray<CopyList> lists) => [.. lists.Select(Meet)];

    /// <summary>Drops a copy. What is used under another name stays.</summary>
    public void Drop(string model)
    {
        if (copies.Find(model) is not { } copy)
        {
            return;
        }

        var resident = copy.Resident;
        copies.Remove(copy);
        if (resident?.Holders.IsEmpty == true)
        {
            _ = evictions.EvictAsync(resident, EvictionReason.Cooled);
        }
    }

    /// <summary>Offers the models whose silo has not been heard of to those who look for their grains.</summary>
    public void OfferUnheard()
    {
        foreach (var copy in copies.Here)
        {
            if (!copy.IsOffered && copy.Unheard > LongestUnheard && copy.Resident is { } resident)
            {
                copy.IsOffered = true;
                publisher.OnReady(resident.Pool.Name, resident.Key.ModelId);
            }
        }
    }

    private CopyMeasure? Meet(CopyList list)
    {
        if (publisher.IsDraining || copies.Find(list.Model) is not { Resident: { } resident } copy)
        {
            return null;
        }

        copy.Hear(list);
        return meter.Find(resident) ?? new CopyMeasure(0, meter.Utilisation, TimeSpan.Zero, 0);
    }
}
