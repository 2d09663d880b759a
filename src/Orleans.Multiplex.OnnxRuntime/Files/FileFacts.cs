using System.Collections.Immutable;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>What a model file says of the model.</summary>
/// <param name="Model">What it takes and gives, and what it will weigh when the file is opened as it is.</param>
/// <param name="FileBytes">The length of the file.</param>
/// <param name="Weights">Its weights.</param>
/// <param name="MakesNothing">Whether one of its nodes may make an optional without a value, which it may pass on as any output.</param>
internal sealed record FileFacts(ModelFacts Model, long FileBytes, WeightUse Weights, bool MakesNothing)
{
    /// <summary>The other files from which it takes data, as it names them, and how many bytes each must have.</summary>
    public ImmutableDictionary<string, long> External { get; init; } = ImmutableDictionary<string, long>.Empty;

    /// <summary>The bytes of what it takes from them.</summary>
    public long ExternalBytes { get; init; }

    /// <summary>The names of constants that are no tensors of the model's own graph.</summary>
    public IReadOnlySet<string> OtherConstants { get; init; } = ImmutableHashSet<string>.Empty;

    /// <summary>The bytes of the file and of what it takes from others.</summary>
    public long ContentBytes => ExternalBytes > long.MaxValue - FileBytes ? long.MaxValue : FileBytes + ExternalBytes;

    /// <summary>What the model will weigh beside its weights.</summary>
    public long OverheadBytes => Model.EstimatedBytes - Weights.Bytes;
}
