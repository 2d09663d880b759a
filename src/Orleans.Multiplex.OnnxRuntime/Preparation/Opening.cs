using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>How a prepared model is opened.</summary>
internal enum Opening
{
    /// <summary>Its file is read whole: the fastest and the smallest for models of some kilobytes.</summary>
    Read,

    /// <summary>
    /// Its file is mapped and the weights are used where they lie; those that are multiplied with are packed: copied into the order that is
    /// fastest to run.
    /// </summary>
    Mapped,

    /// <summary>
    /// Its file is mapped and nothing is copied. It opens in a millisecond whatever its size; batches of a model that multiplies a lot run
    /// two to four times as long as packed.
    /// </summary>
    Unpacked,
}

/// <summary>Which opening a model gets first.</summary>
internal static class OpeningRule
{
    private const long SmallBytes = 256 * 1024;

    // Packing costs half a millisecond for a megabyte.
    private const long DearBytes = 32L << 20;
    private const int HeavyShare = 2;

    /// <summary>Chooses by what the original has.</summary>
    public static Opening Choose(FileFacts original) =>
        Math.Max(original.FileBytes, original.Weights.Bytes) < SmallBytes ? Opening.Read
        : IsHeavy(original.Weights) ? Opening.Unpacked
        : Opening.Mapped;

    private static bool IsHeavy(WeightUse weights) =>
        weights.PackedBytes >= DearBytes || weights.PackedBytes > weights.Bytes / HeavyShare;
}
