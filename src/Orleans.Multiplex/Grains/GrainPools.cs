using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Grains;

/// <summary>The pools of this silo: one for each grain class that serves models.</summary>
internal sealed class GrainPools(IReadOnlyDictionary<Type, ModelPool> pools)
{
    public IReadOnlyList<ModelPool> All { get; } = [.. pools.Values];

    public ModelPool Get(Type grainClass) => pools[grainClass];

    /// <summary>The pool of a class; null where this silo does not serve it.</summary>
    public ModelPool? Find(Type grainClass) => pools.GetValueOrDefault(grainClass);

    public static ModelSource GetSource(Type grainClass) => MultiplexedAttribute.Find(grainClass).Source;

    /// <summary>Whether a class is one that serves models: the built-in one, or one derived from <see cref="MultiplexedGrain{TModel}"/>.</summary>
    public static bool IsMultiplexed(Type grainClass)
    {
        for (var type = grainClass; type is not null; type = type.BaseType)
        {
            if (type == typeof(InferenceGrain) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(MultiplexedGrain<>)))
            {
                return !grainClass.IsAbstract;
            }
        }

        return false;
    }
}
