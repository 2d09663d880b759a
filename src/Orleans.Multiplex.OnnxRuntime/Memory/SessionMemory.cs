using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>Estimates of the memory of an open model.</summary>
internal static class SessionMemory
{
    /// <summary>What a model takes whose file is opened as it is.</summary>
    public static ModelMemory OfOriginal(FileFacts facts) => facts.Model.EstimatedBytes;

    /// <summary>What a prepared model takes, by what its original says.</summary>
    /// <param name="opening">How it is opened.</param>
    /// <param name="original">The original.</param>
    /// <param name="fileBytes">The length of the prepared file.</param>
    public static ModelMemory OfPrepared(Opening opening, FileFacts original, long fileBytes) => opening switch
    {
        Opening.Read => OfOriginal(original),
        Opening.Mapped => new(original.OverheadBytes + original.Weights.PackedBytes, fileBytes),
        _ => new(original.OverheadBytes, fileBytes),
    };
}
