using System.Runtime.InteropServices;
using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>Which originals are opened in place: what is mostly large weights, so that to read and copy them would be nearly all of the time to open it.</summary>
internal static class InPlaceRule
{
    /// <summary>Up to here a file is read whole, and the bytes that were checked are the bytes that are opened.</summary>
    public const long MaxReadBytes = 1 << 20;

    // What is read and copied all the same.
    private const long MaxRestBytes = 16 << 20;
    private const int LeastShare = 2;

    // In a file of protobuf, weights begin anywhere, and not at a multiple of an element's size: such processors load numbers from any address.
    private static readonly bool IsPossible = RuntimeInformation.ProcessArchitecture is Architecture.X64;

    // A process may have 65,530 mappings as Linux is set up, for all its models, and each file takes one.
    private const int MaxFiles = 1000;

    /// <summary>Whether a model whose files have this length may be opened in place.</summary>
    public static bool IsEligible(long bytes) => IsPossible && bytes > MaxReadBytes;

    /// <summary>The weights that are used where they lie; null when the model is opened as a whole.</summary>
    /// <param name="file">The model's file.</param>
    /// <param name="facts">What it says.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static WeightPlaces? Choose(Stream file, FileFacts facts, CancellationToken cancellationToken)
    {
        if (!IsEligible(facts.ContentBytes))
        {
            return null;
        }

        file.Position = 0;
        return WeightPlaces.Find(file, cancellationToken) is { } places
            && places.Mapped.Count <= MaxFiles
            && places.Bytes >= facts.ContentBytes / LeastShare
            && facts.ContentBytes - places.Bytes <= MaxRestBytes

            // Weights are given by their names alone: another constant of one of these would be replaced too.
            && !places.Weights.Any(weight => facts.OtherConstants.Contains(weight.Name))
                ? places
                : null;
    }
}
