using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.OnnxRuntime.Memory;

/// <summary>Estimates of the memory of an open model.</summary>
internal static class SessionMemory
{
    /// <summary>What a model takes whose file is opened as it is.</summary>
    /// <remarks>Opened whole, weights in other files are charged as both: some are used there, others are copied.</remarks>
    /// <param name="facts">What the file says.</param>
    /// <param name="inPlace">The weights that are used where they lie; null when it is opened whole.</param>
    public static ModelMemory OfOriginal(FileFacts facts, WeightPlaces? inPlace = null) => inPlace is null
        ? new(facts.Model.EstimatedBytes, facts.External.Values.Sum())
        : new(facts.Model.EstimatedBytes - inPlace.Weights.Sum(static weight => Footprint.OfTensor(weight.Data.Length)), inPlace.MappedBytes);

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
