using Orleans.Metadata;

namespace Orleans.Multiplex.Placement;

/// <summary>Places the grains of models on silos that have room for the model under their quota.</summary>
[GenerateSerializer, Immutable, SuppressReferenceTracking, Alias("multiplex.ModelQuotaPlacement")]
internal sealed class ModelQuotaPlacement : PlacementStrategy
{
    private const string PoolProperty = "multiplex.pool";

    /// <summary>The pool of the grain class.</summary>
    [Id(0)]
    public string Pool { get; private set; } = "";

    /// <inheritdoc/>
    public override void Initialize(GrainProperties properties)
    {
        base.Initialize(properties);
        Pool = properties.Properties.GetValueOrDefault(PoolProperty, "");
    }

    /// <inheritdoc/>
    public override void PopulateGrainProperties(
        IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
    {
        properties[PoolProperty] = MultiplexedAttribute.GetPool(grainClass);
        base.PopulateGrainProperties(services, grainClass, grainType, properties);
    }
}
