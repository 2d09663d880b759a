using System.Reflection;
using Orleans.Multiplex.Storage;
using Orleans.Placement;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// On a class derived from <see cref="Grains.MultiplexedGrain{TModel}"/>: how many of its models a silo holds, and where they come
/// from. It brings placement by quota and LRU eviction. Each class is a pool of its own, with its own quota and order of eviction.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class MultiplexedAttribute : PlacementAttribute
{
    /// <summary>The number of models that a silo holds when nothing is said, as in Ray Serve.</summary>
    public const int DefaultMaxModelsPerSilo = 3;

    /// <summary>Makes the attribute with its defaults.</summary>
    public MultiplexedAttribute()
        : base(new ModelQuotaPlacement())
    {
    }

    /// <summary>
    /// The most models of the class that one silo holds. Default: 3; −1 is unlimited; any other value below 1 stops the silo's start.
    /// <c>Multiplex:Pools:{pool}:MaxModelsPerSilo</c> overrides it.
    /// </summary>
    public int MaxModelsPerSilo { get; set; } = DefaultMaxModelsPerSilo;

    /// <summary>The name of the pool in settings and reports. Default: the name of the class.</summary>
    public string? Pool { get; set; }

    /// <summary>Where the loader takes its models from. Default: <see cref="ModelSource.Loader"/>, which leaves it to the loader.</summary>
    public ModelSource Source { get; set; }

    internal static MultiplexedAttribute Find(Type grainClass) =>
        grainClass.GetCustomAttribute<MultiplexedAttribute>(inherit: true) ?? new MultiplexedAttribute();

    internal static string GetPool(Type grainClass) => Find(grainClass).Pool ?? grainClass.Name;
}
