using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.OnnxRuntime.Files;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>Where the large weights of a model lie, in its file and in others.</summary>
/// <param name="FileBytes">The length of the model's file.</param>
/// <param name="Graphs">The parts of the model's graph: a message may come in several, which belong together.</param>
/// <param name="Weights">The weights in the order of the model's file; their names do not repeat.</param>
internal sealed record WeightPlaces(long FileBytes, ImmutableArray<FilePart> Graphs, ImmutableArray<WeightPlace> Weights)
{
    /// <summary>A smaller one is sooner copied than looked after.</summary>
    public const long LeastBytes = 16 * 1024;

    /// <summary>What stands for the name of the model's own file.</summary>
    public const string OwnFile = "";

    // More than any real model has.
    private const int MaxTensors = 20_000;
    private const int MaxRank = 64;

    /// <summary>The bytes of all of them.</summary>
    public long Bytes { get; } = Weights.Sum(static weight => weight.Data.Length);

    /// <summary>What has to be mapped for them, by the file as the model names it: all of the model's own (the empty name), and of others up to the last weight.</summary>
    public ImmutableDictionary<string, long> Mapped { get; } = Weights.GroupBy(static weight => weight.File ?? OwnFile, StringComparer.Ordinal).ToImmutableDictionary(
        static file => file.Key, file => file.Key.Length == 0 ? FileBytes : file.Max(static weight => weight.Data.End), StringComparer.Ordinal);

    /// <summary>The bytes of that.</summary>
    public long MappedBytes => Mapped.Values.Sum();

    /// <summary>Finds them in a file that was read and found good. Null when names repeat, or there are too many.</summary>
    /// <exception cref="InvalidDataException">The file is broken.</exception>
    public static WeightPlaces? Find(Stream file, CancellationToken cancellationToken)
    {
        var reader = new WireReader(file, cancellationToken);
        var graphs = ImmutableArray.CreateBuilder<FilePart>();
        var weights = ImmutableArray.CreateBuilder<WeightPlace>();
        var names = new HashSet<string?>(StringComparer.Ordinal);
        var inputs = new HashSet<string?>(StringComparer.Ordinal);
        while (reader.TryReadTag(reader.Length, out var tag))
        {
            if (tag is not (7, WireType.Bytes))
            {
                reader.Skip(tag, reader.Length);
                continue;
            }

            var graph = ReadPart(reader, reader.Length);
            graphs.Add(graph);
            if (!TryReadGraph(reader, graph.End, weights, names, inputs))
            {
                return null;
            }
        }

        // What a request may give in its place is the default of an input, and no weight.
        weights.RemoveAll(weight => inputs.Contains(weight.Name));
        return new WeightPlaces(reader.Length, graphs.ToImmutable(), weights.ToImmutable());
    }

    private static bool TryReadGraph(
        WireReader reader, long end, ImmutableArray<WeightPlace>.Builder weights, HashSet<string?> names, HashSet<string?> inputs)
    {
        while (reader.TryReadTag(end, out var tag))
        {
            switch (tag)
            {
                case (5, WireType.Bytes):
                    var (name, weight) = ReadTensor(reader, ReadPart(reader, end));
                    if ((name is { Length: > 0 } && !names.Add(name)) || names.Count > MaxTensors)
                    {
                        return false;
                    }

                    if (weight is not null)
                    {
                        weights.Add(weight);
                    }

                    break;
                case (11, WireType.Bytes):
                    inputs.Add(ReadName(reader, reader.ReadEnd(end)));
                    break;
                default:
                    reader.Skip(tag, end);
                    break;
            }
        }

        return true;
    }

    private static FilePart ReadPart(WireReader reader, long end)
    {
        var tag = reader.TagStart;
        var partEnd = reader.ReadEnd(end);
        return new FilePart(tag, reader.Position, partEnd);
    }

    private static string? ReadName(WireReader reader, long end)
    {
        string? name = null;
        while (reader.TryReadTag(end, out var tag))
        {
            if (tag is (1, WireType.Bytes))
            {
                name = reader.ReadTextOrSkip(end, TensorWalk.MaxNameBytes);
            }
            else
            {
                reader.Skip(tag, end);
            }
        }

        return name;
    }

    // The same message as TensorWalk reads, which says whether it is good: here it is only found out where the data are.
    private static (string? Name, WeightPlace? Weight) ReadTensor(WireReader reader, FilePart tensor)
    {
        string? name = null;
        TensorType? type = null;
        FilePart? data = null;
        ExternalPlace? place = null;
        var isElsewhere = false;
        var shape = ImmutableArray.CreateBuilder<long>();
        var isPlain = true;
        while (reader.TryReadTag(tensor.End, out var tag))
        {
            switch (tag)
            {
                case (1, WireType.Varint) when shape.Count < MaxRank:
                    shape.Add((long)reader.ReadVarint(tensor.End));
                    break;
                case (1, WireType.Bytes) when shape.Count < MaxRank:
                    var shapeEnd = reader.ReadEnd(tensor.End);
                    while (reader.Position < shapeEnd && shape.Count <= MaxRank)
                    {
                        shape.Add((long)reader.ReadVarint(shapeEnd));
                    }

                    isPlain &= shape.Count <= MaxRank;
                    reader.SkipTo(shapeEnd);
                    break;
                case (2, WireType.Varint):
                    type = ElementTypes.FromOnnx(reader.ReadVarint(tensor.End));
                    break;
                case (8, WireType.Bytes):
                    name = reader.ReadTextOrSkip(tensor.End, TensorWalk.MaxNameBytes);
                    break;
                case (9, WireType.Bytes):
                    isPlain &= data is null;
                    data = ReadPart(reader, tensor.End);
                    reader.SkipTo(data.Value.End);
                    break;
                case (12, WireType.Bytes):
                    reader.Skip(tag, tensor.End);
                    break;
                case (13, WireType.Bytes):
                    place = ExternalData.ReadEntry(reader, reader.ReadEnd(tensor.End), place ?? new ExternalPlace("", 0, null));
                    break;
                case (14, WireType.Varint):
                    isElsewhere = reader.ReadVarint(tensor.End) != 0;
                    break;
                default:
                    isPlain = false;
                    reader.Skip(tag, tensor.End);
                    break;
            }
        }

        isPlain &= isElsewhere == place is not null && isElsewhere == data is null && IsClear(name);
        return (name, isPlain && CountBytes(type, shape) is >= LeastBytes and var bytes && FindData(data, place, bytes) is { } found
            ? new WeightPlace(name!, type!.Value, shape.ToImmutable(), tensor, place?.Location, found)
            : null);
    }

    // ONNX Runtime gets it as text that ends at a NUL.
    private static bool IsClear([NotNullWhen(true)] string? name) => name is { Length: > 0 } && !name.AsSpan().ContainsAny('\0', '\uFFFD');

    private static FilePart? FindData(FilePart? inside, ExternalPlace? outside, long bytes)
    {
        if (outside is not { } place)
        {
            return inside?.Length == bytes ? inside : null;
        }

        return place.Location.Length > 0 && (place.Length ?? bytes) == bytes && place.Offset <= long.MaxValue - bytes
            ? new FilePart(place.Offset, place.Offset, place.Offset + bytes)
            : null;
    }

    /// <summary>The bytes of a tensor whose elements lie in a file as they do in memory; null for any other.</summary>
    private static long? CountBytes(TensorType? type, IEnumerable<long> shape)
    {
        if (type is not (TensorType.Float32 or TensorType.Float64 or TensorType.Float16 or TensorType.BFloat16
            or TensorType.Int8 or TensorType.UInt8 or TensorType.Int32 or TensorType.Int64))
        {
            return null;
        }

        var bytes = type.Value.GetByteLength(1);
        foreach (var dimension in shape)
        {
            if (dimension <= 0 || dimension > long.MaxValue / bytes)
            {
                return null;
            }

            bytes *= dimension;
        }

        return bytes;
    }
}
