using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Loading;

/// <summary>A holder that takes its model from the store, and goes on with a newer version when there is one.</summary>
internal interface IVersionHolder : IResidentHolder
{
    /// <summary>The model as those who come through it name it; null where they name none.</summary>
    ModelKey? Key { get; }

    /// <summary>How its models are found and brought to life.</summary>
    IModelOpener Opener { get; }
}
