using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>Copies what ONNX Runtime gave into memory of our own, so that answers outlive the run and the session.</summary>
internal static class OutputCopy
{
    /// <exception cref="NotSupportedException">The value is of a kind or size that cannot be carried.</exception>
    public static ModelValue Copy(string name, OrtValue value) => value.OnnxType switch
    {
        OnnxValueType.ONNX_TYPE_TENSOR => CopyTensor(name, value),
        OnnxValueType.ONNX_TYPE_SEQUENCE => CopySequence(name, value),
        OnnxValueType.ONNX_TYPE_MAP => CopyMap(name, value),
        var kind => throw new NotSupportedException($"output '{name}' is of the kind {kind}, which cannot be carried."),
    };

    private static Tensor CopyTensor(string name, OrtValue value)
    {
        var facts = value.GetTensorTypeAndShape();
        var shape = ImmutableCollectionsMarshal.AsImmutableArray(facts.Shape);
        var type = ElementTypes.FromOnnx((ulong)facts.ElementDataType)
            ?? throw new NotSupportedException($"output '{name}' has elements of type {facts.ElementDataType}, which cannot be carried.");
        if (type == TensorType.String)
        {
            return new Tensor(name, type, shape, CopyText(value, facts.ElementCount));
        }

        var length = type.GetByteLength(facts.ElementCount);
        if (length > Array.MaxLength)
        {
            throw new NotSupportedException($"output '{name}' has {length} bytes; at most {Array.MaxLength} can be carried.");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length);
        value.GetTensorMutableRawData().CopyTo(bytes);
        return new Tensor(name, type, shape, bytes);
    }

    private static ReadOnlyMemory<byte> CopyText(OrtValue value, long count)
    {
        var bytes = new ArrayBufferWriter<byte>();
        for (var i = 0; i < count; i++)
        {
            var element = value.GetStringElementAsSpan(i);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.GetSpan(sizeof(uint)), (uint)element.Length);
            bytes.Advance(sizeof(uint));
            bytes.Write(element);
        }

        return bytes.WrittenMemory;
    }

    private static ValueSequence CopySequence(string name, OrtValue value)
    {
        var elements = ImmutableArray.CreateBuilder<ModelValue>(value.GetValueCount());
        for (var i = 0; i < elements.Capacity; i++)
        {
            using var element = value.GetValue(i, OrtAllocator.DefaultInstance);
            elements.Add(Copy("", element));
        }

        return new ValueSequence(name, elements.MoveToImmutable());
    }

    private static ValueMap CopyMap(string name, OrtValue value)
    {
        using var keys = value.GetValue(0, OrtAllocator.DefaultInstance);
        using var values = value.GetValue(1, OrtAllocator.DefaultInstance);
        return new ValueMap(name, CopyTensor("", keys), CopyTensor("", values));
    }
}
