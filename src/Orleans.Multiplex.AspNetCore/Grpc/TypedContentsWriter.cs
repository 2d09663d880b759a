using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Writes the elements of a tensor as typed contents: an encoded <c>InferTensorContents</c>.</summary>
internal static class TypedContentsWriter
{
    private const int TagBytes = 1;

    /// <summary>How many bytes a tensor takes so, whose type has a field of its own (<see cref="TypedFields"/>).</summary>
    public static long Measure(Tensor tensor)
    {
        if (tensor.Type == TensorType.String)
        {
            var texts = 0L;
            foreach (var element in tensor.EnumerateBytes())
            {
                texts += TagBytes + LengthOf(element.Length);
            }

            return texts;
        }

        return tensor.Length == 0 ? 0 : TagBytes + LengthOf(IsPlain(tensor.Type) ? tensor.Data.Length : MeasureIntegers(tensor));
    }

    /// <summary>Writes a tensor whose type has a field of its own.</summary>
    public static ByteString Write(Tensor tensor)
    {
        var field = TypedFields.Find(tensor.Type) ?? throw new ArgumentException("This type has no typed contents.", nameof(tensor));
        var tag = WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
        using var stream = new MemoryStream(checked((int)Measure(tensor)));
        using var output = new CodedOutputStream(stream, leaveOpen: true);
        if (tensor.Type == TensorType.String)
        {
            foreach (var element in tensor.EnumerateBytes())
            {
                output.WriteTag(tag);
                output.WriteBytes(UnsafeByteOperations.UnsafeWrap(element));
            }
        }
        else if (tensor.Length > 0)
        {
            output.WriteTag(tag);
            if (IsPlain(tensor.Type))
            {
                output.WriteBytes(UnsafeByteOperations.UnsafeWrap(tensor.Data));
            }
            else
            {
                WriteIntegers(output, tensor);
            }
        }

        output.Flush();
        return UnsafeByteOperations.UnsafeWrap(stream.GetBuffer().AsMemory(0, (int)stream.Length));
    }

    private static void WriteIntegers(CodedOutputStream output, Tensor tensor)
    {
        output.WriteLength(checked((int)MeasureIntegers(tensor)));
        for (var i = 0; i < tensor.Length; i++)
        {
            output.WriteUInt64(ElementAt(tensor, i));
        }
    }

    private static long MeasureIntegers(Tensor tensor)
    {
        var bytes = 0L;
        for (var i = 0; i < tensor.Length; i++)
        {
            bytes += CodedOutputStream.ComputeUInt64Size(ElementAt(tensor, i));
        }

        return bytes;
    }

    // Types that lie in a tensor as they lie packed on the wire.
    private static bool IsPlain(TensorType type) => type is TensorType.Bool or TensorType.Float32 or TensorType.Float64;

    // Bytes with their length before them.
    private static long LengthOf(long bytes) => CodedOutputStream.ComputeUInt64Size((ulong)bytes) + bytes;

    // Negative numbers go with the sign in 64 bits, also those of fewer.
    private static ulong ElementAt(Tensor tensor, int i)
    {
        var data = tensor.Data.Span;
        return tensor.Type switch
        {
            TensorType.Int8 => (ulong)(sbyte)data[i],
            TensorType.Int16 => (ulong)MemoryMarshal.Cast<byte, short>(data)[i],
            TensorType.Int32 => (ulong)MemoryMarshal.Cast<byte, int>(data)[i],
            TensorType.UInt8 => data[i],
            TensorType.UInt16 => MemoryMarshal.Cast<byte, ushort>(data)[i],
            TensorType.UInt32 => MemoryMarshal.Cast<byte, uint>(data)[i],
            _ => MemoryMarshal.Cast<byte, ulong>(data)[i],
        };
    }
}
