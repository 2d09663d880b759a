using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>Which models are prepared at all.</summary>
internal static class PreparationRule
{
    /// <summary>
    /// The most that a model may have. A prepared one is one file, and offsets in it have 31 bits: of 2,147,000,000 bytes ONNX Runtime makes one that is good; of 2^31 it
    /// says after half a minute that it cannot.
    /// </summary>
    public const long MaxBytes = int.MaxValue;

    /// <summary>Why a model cannot be prepared, as the end of a sentence that names it; null when nothing is known against it.</summary>
    public static string? FindObstacle(FileFacts original) => original.ContentBytes <= MaxBytes
        ? null
        : $"it has {original.ContentBytes} bytes with those in other files, and a prepared model can have {MaxBytes}";
}
