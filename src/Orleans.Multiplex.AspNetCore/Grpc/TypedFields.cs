namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>The fields of <c>InferTensorContents</c>: which one carries the elements of which type.</summary>
internal static class TypedFields
{
    private static readonly string[] Names =
    [
        "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents", "bytes_contents",
    ];

    /// <summary>The number of the field; null for a type that only raw contents carry.</summary>
    public static int? Find(TensorType type) => type switch
    {
        TensorType.Bool => 1,
        TensorType.Int8 or TensorType.Int16 or TensorType.Int32 => 2,
        TensorType.Int64 => 3,
        TensorType.UInt8 or TensorType.UInt16 or TensorType.UInt32 => 4,
        TensorType.UInt64 => 5,
        TensorType.Float32 => 6,
        TensorType.Float64 => 7,
        TensorType.String => 8,
        _ => null,
    };

    /// <summary>The name of a field; null when the message has none of this number.</summary>
    public static string? NameOf(int field) => field >= 1 && field <= Names.Length ? Names[field - 1] : null;
}
