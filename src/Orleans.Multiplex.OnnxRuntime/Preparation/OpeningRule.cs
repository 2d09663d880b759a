using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>Which opening a model gets first.</summary>
internal static class OpeningRule
{
    private const long SmallBytes = 256 * 1024;

    // Packing costs half a millisecond for a megabyte.
    private const long DearBytes = 32L << 20;
    private const int HeavyShare = 2;

    /// <summary>Chooses by what the original has. What is read is ONNX, which would go on to name other files that it has data in.</summary>
    public static Opening Choose(FileFacts original) =>
        original.External.IsEmpty && Math.Max(original.FileBytes, original.Weights.Bytes) < SmallBytes ? Opening.Read
        : IsHeavy(original.Weights) ? Opening.Unpacked
        : Opening.Mapped;

    private static bool IsHeavy(WeightUse weights) =>
        weights.PackedBytes >= DearBytes || weights.PackedBytes > weights.Bytes / HeavyShare;
}
