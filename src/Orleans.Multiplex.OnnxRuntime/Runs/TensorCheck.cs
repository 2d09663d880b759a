using System.Buffers.Binary;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// Checks that the bytes of tensors are as many as their shapes ask for. The constructor of a tensor did so where it was made, but one
/// that came from another process was not made by its constructor.
/// </summary>
internal static class TensorCheck
{
    /// <summary>What is wrong with the tensors of a value, as the end of a sentence; null when nothing is.</summary>
    public static string? FindFault(ModelValue value) => value switch
    {
        Tensor tensor => FindFault(tensor),
        ValueMap map => FindFault(map.Keys)
            ?? FindFault(map.Values)
            ?? (IsPaired(map) ? null : "the keys and values of a map differ in number"),
        ValueSequence sequence => sequence.Elements.Select(FindFault).FirstOrDefault(fault => fault is not null),
        _ => "nothing came",
    };

    private static bool IsPaired(ValueMap map) => map is { Keys.Shape: [var keys], Values.Shape: [var values] } && keys == values;

    private static string? FindFault(Tensor tensor)
    {
        if (tensor.Shape.IsDefault || CountElements(tensor) is not { } elements)
        {
            return $"came {Wording.Describe(tensor)}, which is no shape";
        }

        if (tensor.Type == TensorType.String)
        {
            return IsText(tensor.Data.Span, elements)
                ? null
                : $"came {Wording.Describe(tensor)}, "
                    + $"whose bytes are not {elements} elements of text, each behind its length as a 32-bit number";
        }

        var expected = (Int128)elements * tensor.Type.GetElementBits() / 8;
        if (expected != tensor.Data.Length)
        {
            return $"came {Wording.Describe(tensor)} in {tensor.Data.Length} bytes, expected {expected} bytes";
        }

        // For compiled code a bool of another value is undefined.
        return tensor.Type == TensorType.Bool && tensor.Data.Span.ContainsAnyExceptInRange((byte)0, (byte)1)
            ? $"came {Wording.Describe(tensor)} with a byte that is neither 0 nor 1"
            : null;
    }

    private static long? CountElements(Tensor tensor)
    {
        Int128 elements = 1;
        foreach (var dimension in tensor.Shape)
        {
            elements *= dimension;
            if (dimension < 0 || elements > long.MaxValue)
            {
                return null;
            }
        }

        return (long)elements;
    }

    private static bool IsText(ReadOnlySpan<byte> data, long elements)
    {
        var count = 0L;
        for (; data.Length >= sizeof(uint); count++)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(data);
            if (length > data.Length - sizeof(uint))
            {
                return false;
            }

            data = data[(sizeof(uint) + (int)length)..];
        }

        return data.IsEmpty && count == elements;
    }
}
