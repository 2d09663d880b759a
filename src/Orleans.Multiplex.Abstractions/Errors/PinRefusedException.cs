using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>The model cannot be pinned: beside the models that are pinned already, no silo has room for it. Nothing was changed.</summary>
[GenerateSerializer, Alias("multiplex.PinRefusedException")]
public sealed class PinRefusedException : MultiplexException
{
    /// <summary>Makes the error.</summary>
    /// <param name="modelId">The model that was to be pinned.</param>
    /// <param name="message">Which limit is reached, where, and what would have to go.</param>
    /// <param name="inTheWay">The pins that would have to go; empty when no silo is large enough for the model at all.</param>
    public PinRefusedException(string modelId, string message, ImmutableArray<string> inTheWay)
        : base(modelId, message) => InTheWay = inTheWay;

    /// <summary>The pins that would have to go, as few as will do; empty when no silo is large enough for the model at all.</summary>
    [Id(0)]
    public ImmutableArray<string> InTheWay { get; private set; }
}
