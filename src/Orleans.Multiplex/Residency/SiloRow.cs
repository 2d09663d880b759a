using System.Collections.Immutable;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// What a silo tells the others of its residency: sums, and a bounded number of footprints, so that its size does not grow with the models; and pins, of which there are not many.
/// </summary>
/// <param name="Silo">The silo.</param>
/// <param name="Name">Its name, for reports.</param>
/// <param name="Sequence">Grows with each row of a silo; an older one that arrives later is dropped.</param>
/// <param name="IsDraining">Whether the silo takes no new models.</param>
/// <param name="MaxBytes">The bytes that it may hold.</param>
/// <param name="ChargedBytes">The bytes charged, with those that loads wait for: they are no room for another.</param>
/// <param name="Pools">Its pools.</param>
[GenerateSerializer, Immutable, Alias("multiplex.SiloRow")]
internal sealed record SiloRow(
    SiloAddress Silo, string Name, long Sequence, bool IsDraining, long MaxBytes, long ChargedBytes, ImmutableArray<PoolRow> Pools)
{
    /// <summary>
    /// The bytes of models that came here since the silo last told, for directors on silos that never had them. They go with the row since a load
    /// changes the row anyway; who misses one hears it when the model comes the next time, and places by less until then.
    /// </summary>
    [Id(0)]
    public ImmutableArray<ModelFootprint> Footprints { get; init; } = [];

    /// <summary>The pins in the silo's settings.</summary>
    [Id(1)]
    public ImmutableArray<string> ConfiguredPins { get; init; } = [];

    /// <summary>The pinned models that are resident on the silo.</summary>
    [Id(2)]
    public ImmutableArray<PinnedResident> Pinned { get; init; } = [];

    /// <summary>The pins that operators have made, as the silo knows them; null where it has told them a moment ago.</summary>
    [Id(3)]
    public PinTable? Pins { get; init; }

    /// <summary>The models of the store of which the silo's machine has files; null where it has told that some time ago, and of a silo without a store.</summary>
    [Id(4)]
    public ModelFilter? Cached { get; init; }

    /// <summary>The quarantined versions, as the silo knows them; null where it has told them a while ago.</summary>
    [Id(5)]
    public QuarantineTable? Quarantine { get; init; }

    /// <summary>The versions that the silo is opening and that may end it: should it be lost, they are quarantined.</summary>
    [Id(6)]
    public ImmutableArray<OpeningMark> Openings { get; init; } = [];

    /// <summary>The name of the silo's machine.</summary>
    [Id(7)]
    public string Machine { get; init; } = "";

    /// <summary>The part of the silo's inference threads that was busy lately, 0 to 1.</summary>
    [Id(8)]
    public double Utilisation { get; init; }
}
