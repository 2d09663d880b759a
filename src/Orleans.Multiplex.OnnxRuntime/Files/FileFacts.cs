using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>What a model file says of the model.</summary>
/// <param name="Model">What it takes and gives, and what it will weigh when the file is opened as it is.</param>
/// <param name="FileBytes">The length of the file.</param>
/// <param name="Weights">Its weights.</param>
internal sealed record FileFacts(ModelFacts Model, long FileBytes, WeightUse Weights)
{
    /// <summary>What the model will weigh beside its weights.</summary>
    public long OverheadBytes => Model.EstimatedBytes - Weights.Bytes;
}

/// <summary>The weights of a model by what is done with them.</summary>
/// <param name="Bytes">All of them, and what they expand to.</param>
/// <param name="PackedBytes">Those that ONNX Runtime copies into an order of its own when it opens a model: "packing".</param>
internal readonly record struct WeightUse(long Bytes, long PackedBytes);
