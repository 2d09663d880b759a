namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Translates between our element types and the numbers that ONNX and ONNX Runtime give them, which are the same.</summary>
internal static class ElementTypes
{
    // By ONNX' number; the first has no meaning there.
    private static readonly TensorType?[] ByNumber =
    [
        null, TensorType.Float32, TensorType.UInt8, TensorType.Int8, TensorType.UInt16, TensorType.Int16, TensorType.Int32,
        TensorType.Int64, TensorType.String, TensorType.Bool, TensorType.Float16, TensorType.Float64, TensorType.UInt32,
        TensorType.UInt64, TensorType.Complex64, TensorType.Complex128, TensorType.BFloat16, TensorType.Float8E4M3FN,
        TensorType.Float8E4M3FNUZ, TensorType.Float8E5M2, TensorType.Float8E5M2FNUZ, TensorType.UInt4, TensorType.Int4,
    ];

    private static readonly int[] Numbers =
        [.. Enum.GetValues<TensorType>().Select(type => Array.IndexOf(ByNumber, type))];

    /// <summary>The type that ONNX gives a number; null when we have no such type.</summary>
    public static TensorType? FromOnnx(ulong number) => number < (ulong)ByNumber.Length ? ByNumber[number] : null;

    /// <summary>Whether inputs and outputs can have this type: its .NET interface does not open a model with others.</summary>
    public static bool IsCarried(this TensorType type) => type <= TensorType.String;

    /// <summary>The number that ONNX gives a type.</summary>
    public static int ToOnnx(this TensorType type) => Numbers[(int)type];
}
