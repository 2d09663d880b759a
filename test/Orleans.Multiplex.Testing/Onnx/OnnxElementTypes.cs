namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>The numbers that ONNX gives the element types.</summary>
public static class OnnxElementTypes
{
    private static readonly Dictionary<int, TensorType> ByNumber = Enum.GetValues<TensorType>().ToDictionary(GetOnnxNumber);

    /// <summary>The type of a number; null when there is none.</summary>
    public static TensorType? FromOnnxNumber(long number) =>
        number <= int.MaxValue && ByNumber.TryGetValue((int)number, out var type) ? type : null;

    public static int GetOnnxNumber(this TensorType type) => type switch
    {
        TensorType.Float32 => 1,
        TensorType.UInt8 => 2,
        TensorType.Int8 => 3,
        TensorType.UInt16 => 4,
        TensorType.Int16 => 5,
        TensorType.Int32 => 6,
        TensorType.Int64 => 7,
        TensorType.String => 8,
        TensorType.Bool => 9,
        TensorType.Float16 => 10,
        TensorType.Float64 => 11,
        TensorType.UInt32 => 12,
        TensorType.UInt64 => 13,
        TensorType.Complex64 => 14,
        TensorType.Complex128 => 15,
        TensorType.BFloat16 => 16,
        TensorType.Float8E4M3FN => 17,
        TensorType.Float8E4M3FNUZ => 18,
        TensorType.Float8E5M2 => 19,
        TensorType.Float8E5M2FNUZ => 20,
        TensorType.UInt4 => 21,
        TensorType.Int4 => 22,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "ONNX has no such element type."),
    };
}
