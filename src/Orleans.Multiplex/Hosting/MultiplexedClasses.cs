using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Grains;

namespace Orleans.Multiplex.Hosting;

/// <summary>The grain classes of this silo that serve models.</summary>
internal sealed class MultiplexedClasses(IOptions<GrainTypeOptions> grainTypes)
{
    public IReadOnlyList<Type> All { get; } =
        [.. grainTypes.Value.Classes.Where(GrainPools.IsMultiplexed).OrderBy(type => type.FullName, StringComparer.Ordinal)];

    /// <summary>
    /// Leaves out the classes that a silo cannot serve: all that serve models when it holds none by its role, and the built-in one when it
    /// has no store or nothing that opens models. Calls for them then go to the silos that can.
    /// </summary>
    public static void LeaveOut(GrainTypeOptions grainTypes, SiloParts parts) =>
        grainTypes.Classes.RemoveWhere(type =>
            GrainPools.IsMultiplexed(type) && (!parts.HoldsModels || (type == typeof(InferenceGrain) && !(parts.HasBackend && parts.HasStore))));
}
