using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>
/// The memory of an open model. The two kinds are told apart because only the first is the process's own: mapped pages are those of a file,
/// shared by all who map it, and the kernel may take them back at any time and read them again.
/// </summary>
/// <param name="HeapBytes">What lies in the memory of the process.</param>
/// <param name="MappedBytes">What lies in mapped pages of a file, when all of it has been used.</param>
internal readonly record struct SessionMemory(long HeapBytes, long MappedBytes)
{
    /// <summary>What a model takes whose file is opened as it is.</summary>
    public static SessionMemory OfOriginal(FileFacts facts) => new(facts.Model.EstimatedBytes, 0);

    /// <summary>What a prepared model takes, by what its original says.</summary>
    /// <param name="opening">How it is opened.</param>
    /// <param name="original">The original.</param>
    /// <param name="fileBytes">The length of the prepared file.</param>
    public static SessionMemory OfPrepared(Opening opening, FileFacts original, long fileBytes) => opening switch
    {
        Opening.Read => OfOriginal(original),
        Opening.Mapped => new(original.OverheadBytes + original.Weights.PackedBytes, fileBytes),
        _ => new(original.OverheadBytes, fileBytes),
    };
}
