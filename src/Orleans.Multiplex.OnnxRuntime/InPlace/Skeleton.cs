using System.Buffers;
using System.Globalization;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>
/// A model file without its large weights: each of these says that its data lie at their place in the file itself, as those say already that lie in other
/// files. (ONNX' TensorProto: <c>external_data</c> and <c>data_location</c>.)
/// </summary>
internal static class Skeleton
{
    // Field numbers and wire types of ModelProto, GraphProto and TensorProto in onnx.proto.
    private const byte GraphTag = (7 << 3) | 2;
    private const byte InitializerTag = (5 << 3) | 2;
    private const byte ExternalDataTag = (13 << 3) | 2;
    private const byte LocationTag = 14 << 3;
    private const byte KeyTag = (1 << 3) | 2;
    private const byte ValueTag = (2 << 3) | 2;
    private const byte IsExternal = 1;

    /// <summary>Writes it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="name">The file's name, by which it names itself.</param>
    /// <param name="places">Where its weights lie.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[] Write(Stream file, string name, WeightPlaces places)
    {
        var model = new ArrayBufferWriter<byte>();
        var position = 0L;
        ReadOnlySpan<WeightPlace> weights = [.. places.Weights.Where(static weight => weight.File is null)];
        foreach (var graph in places.Graphs)
        {
            Copy(file, position, graph.Tag, model);
            var count = CountIn(graph, weights);
            WriteField(model, GraphTag, WriteGraph(file, name, graph, weights[..count]));
            weights = weights[count..];
            position = graph.End;
        }

        Copy(file, position, file.Length, model);
        return model.WrittenSpan.ToArray();
    }

    private static int CountIn(FilePart graph, ReadOnlySpan<WeightPlace> weights)
    {
        var count = 0;
        while (count < weights.Length && weights[count].Tensor.End <= graph.End)
        {
            count++;
        }

        return count;
    }

    private static ReadOnlySpan<byte> WriteGraph(Stream file, string name, FilePart graph, ReadOnlySpan<WeightPlace> weights)
    {
        var message = new ArrayBufferWriter<byte>();
        var position = graph.Start;
        foreach (var weight in weights)
        {
            Copy(file, position, weight.Tensor.Tag, message);
            WriteField(message, InitializerTag, WriteWeight(file, name, weight));
            position = weight.Tensor.End;
        }

        Copy(file, position, graph.End, message);
        return message.WrittenSpan;
    }

    private static ReadOnlySpan<byte> WriteWeight(Stream file, string name, WeightPlace weight)
    {
        var tensor = new ArrayBufferWriter<byte>();
        Copy(file, weight.Tensor.Start, weight.Data.Tag, tensor);
        Copy(file, weight.Data.End, weight.Tensor.End, tensor);
        WriteEntry(tensor, "location", name);
        WriteEntry(tensor, "offset", weight.Data.Start.ToString(CultureInfo.InvariantCulture));
        WriteEntry(tensor, "length", weight.Data.Length.ToString(CultureInfo.InvariantCulture));
        tensor.Write([LocationTag, IsExternal]);
        return tensor.WrittenSpan;
    }

    private static void WriteEntry(ArrayBufferWriter<byte> tensor, string key, string value)
    {
        var entry = new ArrayBufferWriter<byte>();
        WriteField(entry, KeyTag, Encoding.UTF8.GetBytes(key));
        WriteField(entry, ValueTag, Encoding.UTF8.GetBytes(value));
        WriteField(tensor, ExternalDataTag, entry.WrittenSpan);
    }

    private static void WriteField(ArrayBufferWriter<byte> message, byte tag, ReadOnlySpan<byte> value)
    {
        message.Write([tag]);
        var length = (uint)value.Length;
        for (; length >= 0x80; length >>= 7)
        {
            message.Write([(byte)(length | 0x80)]);
        }

        message.Write([(byte)length]);
        message.Write(value);
    }

    private static void Copy(Stream file, long from, long to, ArrayBufferWriter<byte> message)
    {
        while (from < to)
        {
            var span = message.GetSpan((int)Math.Min(to - from, 1 << 20));
            file.Position = from;
            var read = file.Read(span[..(int)Math.Min(to - from, span.Length)]);
            if (read == 0)
            {
                throw new EndOfStreamException("it became shorter while it was read.");
            }

            message.Advance(read);
            from += read;
        }
    }
}
