using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Orleans.Multiplex.AspNetCore.Grpc;

/// <summary>Writes the elements of a tensor as typed contents: an encoded <c>InferTensorContents</c>.</summary>
internal static class TypedContentsWriter
{
    /// <summary>Writes a tensor whose type has a field of its own (<see cref="TypedFields"/>).</summary>
    public static ByteString Write(Tensor tensor)
    {
        var field = TypedFields.Find(tensor.Type) ?? throw new ArgumentException("This type has no typed contents.", nameof(tensor));
        var tag = WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited);
        using var stream = new MemoryStream(tensor.Data.Length + 16);
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
            if (tensor.Type is TensorType.Bool or TensorType.Float32 or TensorType.Float64)
            {
                // They lie in a tensor as they lie packed on the wire.
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
        var bytes = 0L;
        for (var i = 0; i < tensor.Length; i++)
        {
            bytes += CodedOutputStream.ComputeUInt64Size(ElementAt(tensor, i));
        }

        output.WriteLength(checked((int)bytes));
        for (var i = 0; i < tensor.Length; i++)
        {
            output.WriteUInt64(ElementAt(tensor, i));
        }
    }

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
