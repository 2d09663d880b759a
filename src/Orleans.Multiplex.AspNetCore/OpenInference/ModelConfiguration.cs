using System.Collections.Immutable;
using Orleans.Multiplex.AspNetCore.Outputs;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

/// <summary>
/// A model's configuration as Triton has it, as far as it means something here: read off the model, not written by anybody. Requests are
/// not joined into batches, so the sizes are those of whole tensors and the largest batch is 0, which says just that.
/// </summary>
/// <param name="Platform">Triton's name of the kind of model, where it has one; else the backend's own.</param>
/// <param name="Backend">What runs it, in the same manner.</param>
/// <param name="Inputs">The inputs.</param>
/// <param name="Outputs">The outputs, as answers have them.</param>
internal sealed record ModelConfiguration(
    string Platform, string Backend, ImmutableArray<ConfiguredValue> Inputs, ImmutableArray<ConfiguredValue> Outputs)
{
    public const int MaxBatchSize = 0;

    public static ModelConfiguration Of(ModelSignature signature)
    {
        var (platform, backend) = signature.Platform == "onnx_onnxv1" ? ("onnxruntime_onnx", "onnxruntime") : (signature.Platform, signature.Platform);
        return new(platform, backend, [.. signature.Inputs.Select(ConfiguredValue.Of)], [.. TensorSpecs.List(signature.Outputs).Select(ConfiguredValue.Of)]);
    }
}
