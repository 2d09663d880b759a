using System.Runtime.InteropServices;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>An input or an output, right or wrong.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The protocol's name of its type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Elements">Its elements: an array of <see cref="float"/>, <see cref="long"/>, <see cref="ulong"/>, or of bytes for text.</param>
internal sealed record Value(string Name, string Datatype, long[] Shape, Array Elements)
{
    /// <summary>Numbers by name and shape; the datatype is that of the elements.</summary>
    public static Value Of<T>(string name, T[] elements, params long[] shape) => new(name, Of(typeof(T)), shape, elements);

    public static Value Read(string name, string datatype, long[] shape, ReadOnlySpan<byte> bytes) => new(name, datatype, shape, datatype switch
    {
        "FP32" => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
        "INT64" => MemoryMarshal.Cast<byte, long>(bytes).ToArray(),
        "UINT64" => MemoryMarshal.Cast<byte, ulong>(bytes).ToArray(),
        _ => ReadText(bytes),
    });

    /// <summary>The elements as raw bytes: little-endian, text behind its length.</summary>
    public byte[] ToBytes()
    {
        if (Elements is byte[][] texts)
        {
            return [.. texts.SelectMany(text => (byte[])[.. BitConverter.GetBytes(text.Length), .. text])];
        }

        var bytes = new byte[Buffer.ByteLength(Elements)];
        Buffer.BlockCopy(Elements, 0, bytes, 0, bytes.Length);
        return bytes;
    }

    private static byte[][] ReadText(ReadOnlySpan<byte> bytes)
    {
        var texts = new List<byte[]>();
        while (!bytes.IsEmpty)
        {
            var length = BitConverter.ToInt32(bytes);
            texts.Add(bytes.Slice(sizeof(int), length).ToArray());
            bytes = bytes[(sizeof(int) + length)..];
        }

        return [.. texts];
    }

    private static string Of(Type type) =>
        type == typeof(float) ? "FP32" : type == typeof(long) ? "INT64" : type == typeof(ulong) ? "UINT64" : "BYTES";
}
