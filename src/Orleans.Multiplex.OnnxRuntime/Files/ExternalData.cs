using System.Collections.Immutable;
using System.Globalization;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Collects which other files a model takes data from, and how much of each. Refuses what has no business there: ONNX Runtime crashes on damaged
/// weights that say they are packed already.
/// </summary>
internal sealed class ExternalData
{
    // More than any real model has.
    private const int MaxFiles = 10_000;
    private const int MaxKeyBytes = 64;

    private readonly Dictionary<string, long> _files = new(StringComparer.Ordinal);

    /// <summary>The files, as the model names them, and how many bytes each must have.</summary>
    public ImmutableDictionary<string, long> Files => _files.ToImmutableDictionary(StringComparer.Ordinal);

    /// <summary>The bytes of all tensors that have their data there; one that is there for several counts for each.</summary>
    public long Bytes { get; private set; }

    /// <summary>Reads one entry of what a tensor says of where its data lie.</summary>
    /// <exception cref="InvalidDataException">It is none that may be there.</exception>
    public static ExternalPlace ReadEntry(WireReader reader, long end, ExternalPlace place)
    {
        var (key, value) = ("", "");
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Bytes):
                    key = reader.ReadText(end, MaxKeyBytes);
                    break;
                case (2, WireType.Bytes):
                    value = reader.ReadText(end, TensorWalk.MaxNameBytes);
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return key switch
        {
            "location" => place with { Location = value },
            "offset" => place with { Offset = ReadNumber(key, value) },
            "length" => place with { Length = ReadNumber(key, value) },
            "checksum" => place,
            _ => throw new InvalidDataException(
                $"a tensor in it says {Wording.Quote(key)} of its data in another file, which is refused. Save the model anew, without prepacked weights."),
        };
    }

    /// <summary>Adds the data of a tensor.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="place">Where they lie.</param>
    /// <param name="bytes">How many bytes its type and shape ask for.</param>
    public void Add(string? name, ExternalPlace place, long bytes)
    {
        if (place.Location.Length == 0 || (place.Length ?? bytes) != bytes || place.Offset > long.MaxValue - bytes)
        {
            throw new InvalidDataException(
                $"a tensor in it ({Wording.Quote(name)}) has its data in another file, and what it says of their place does not fit its shape.");
        }

        if (_files.Count == MaxFiles && !_files.ContainsKey(place.Location))
        {
            throw new InvalidDataException($"its tensors have their data in more than {MaxFiles} other files.");
        }

        Bytes = bytes > long.MaxValue - Bytes ? long.MaxValue : Bytes + bytes;
        _files[place.Location] = Math.Max(_files.GetValueOrDefault(place.Location), place.Offset + bytes);
    }

    private static long ReadNumber(string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidDataException($"a tensor in it has its data in another file, with {Wording.Quote(value)} as the {key}, which is no number.");
}
