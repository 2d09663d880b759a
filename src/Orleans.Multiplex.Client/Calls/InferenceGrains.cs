namespace Orleans.Multiplex.Calls;

/// <summary>
/// The grains of models. Orleans finds out by reflection what an interface is called, each time that a reference is made by it; what it is called does not
/// change, so that is done once.
/// </summary>
internal sealed class InferenceGrains(IGrainFactory grains)
{
    private volatile GrainReference? _first;

    /// <summary>The grain of a model.</summary>
    /// <exception cref="ArgumentException">No silo that holds models is known here.</exception>
    public IInferenceGrain Get(string model)
    {
        if (_first is { } first)
        {
            return (IInferenceGrain)grains.GetGrain(GrainId.Create(first.GrainId.Type, IdSpan.Create(model)), first.InterfaceType);
        }

        var grain = grains.GetGrain<IInferenceGrain>(model);
        _first = grain as GrainReference;
        return grain;
    }
}
