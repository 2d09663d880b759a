using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.OpenInference;

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
