using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Grains.Control;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Hosting;

/// <summary>The grain classes of this silo that serve models.</summary>
internal sealed class MultiplexedClasses(IOptions<GrainTypeOptions> grainTypes)
{
    public IReadOnlyList<Type> All { get; } =
        [.. grainTypes.Value.Classes.Where(GrainPools.IsMultiplexed).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>Makes a pool for each class; a setting overrides what the class says.</summary>
    public GrainPools CreatePools(MultiplexOptions options) => new(All.ToDictionary(
        type => type,
        type =>
        {
            var name = MultiplexedAttribute.GetPool(type);
            var said = type == typeof(InferenceGrain) ? options.MaxModelsPerSilo : MultiplexedAttribute.Find(type).MaxModelsPerSilo;
            return new ModelPool(name, options.Pools.GetValueOrDefault(name)?.MaxModelsPerSilo ?? said);
        }));

    /// <summary>
    /// Leaves out the classes that a silo cannot serve: all that serve models when it holds none by its role, and the built-in one when it
    /// has no store or nothing that opens models. Calls for them then go to the silos that can. Who only passes requests on keeps no pins
    /// either: it is the silos that hold models which have a grain storage for them.
    /// </summary>
    public static void LeaveOut(GrainTypeOptions grainTypes, SiloParts parts) =>
        grainTypes.Classes.RemoveWhere(type =>
            (!parts.HoldsModels && (GrainPools.IsMultiplexed(type) || type == typeof(ModelControlGrain) || type == typeof(CopyGrain)))
            || ((type == typeof(InferenceGrain) || type == typeof(CopyGrain)) && !(parts.HasBackend && parts.HasStore)));
}
