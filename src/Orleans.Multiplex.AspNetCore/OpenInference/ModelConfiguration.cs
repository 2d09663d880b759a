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

/// <summary>An input or output as the configuration has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">The configuration's own name of its type; <c>TYPE_INVALID</c> where it has none, or no tensor is meant.</param>
/// <param name="Dims">The sizes, −1 where any will do; default when their number is not known.</param>
/// <param name="IsOptional">Whether it may be left out.</param>
internal sealed record ConfiguredValue(string Name, string DataType, ImmutableArray<long> Dims, bool IsOptional)
{
    public static ConfiguredValue Of(ValueSpec value) => value.Kind == ValueKind.Tensor
        ? new ConfiguredValue(value.Name, TypeOf(value.Type), value.Shape, value.IsOptional)
        : new ConfiguredValue(value.Name, TypeOf(null), default, value.IsOptional);

    private static string TypeOf(TensorType? type) => type switch
    {
        TensorType.String => "TYPE_STRING",
        { } known when JsonTypes.IsCarried(known) => $"TYPE_{known.GetProtocolName()}",
        _ => "TYPE_INVALID",
    };
}
