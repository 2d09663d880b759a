using System.Collections.Immutable;

namespace Orleans.Multiplex.Residency;

/// <summary>Carries news of this silo's residency to the other silos. One way: who misses one hears the next.</summary>
internal interface IResidencyChannel
{
    /// <summary>How many silos there are, this one among them.</summary>
    int Silos { get; }

    /// <summary>Sends this silo's row to all other silos.</summary>
    void Publish(SiloRow row);

    /// <summary>Tells all silos that activations have ended, so that none of them sends calls there from its address cache, and where their models stay.</summary>
    void Announce(ImmutableArray<ModelNews> ended);
}
