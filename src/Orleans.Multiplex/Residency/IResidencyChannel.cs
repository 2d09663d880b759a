using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency;

/// <summary>Carries news of this silo's residency to the other silos. One way: who misses one hears the next.</summary>
internal interface IResidencyChannel
{
    /// <summary>How many silos there are, this one among them.</summary>
    int Silos { get; }

    /// <summary>Sends this silo's row to all other silos.</summary>
    void Publish(SiloRow row);

    /// <summary>Notes on this silo that an activation has ended, so that it sends no calls there from its address cache, and where its model stays.</summary>
    void TakeIn(ModelNews news);

    /// <summary>Tells all other silos the same.</summary>
    void Announce(ImmutableArray<ModelNews> news);
}
