using System.Collections.Immutable;

namespace Orleans.Multiplex;

/// <summary>How many bytes the inputs or outputs of a call, or names, take in a message: never less than they do.</summary>
internal static class MessageSize
{
    // What the serializer writes around a value, its type and the length of its parts; measured 40 to 60.
    private const int ValueOverhead = 64;
    private const int MaxUtf8BytesPerChar = 3;
    private const int MaxBytesPerDimension = 10;

    public static long Of(ImmutableArray<ModelValue> values)
    {
        var bytes = 0L;
        foreach (var value in values)
        {
            bytes += Of(value);
        }

        return bytes;
    }

    public static long Of(ImmutableArray<string> names)
    {
        var bytes = 0L;
        foreach (var name in names)
        {
            bytes += OfText(name);
        }

        return bytes;
    }

    private static long OfText(string text) => ValueOverhead + ((long)text.Length * MaxUtf8BytesPerChar);

    private static long Of(ModelValue value) => OfText(value.Name) + value switch
    {
        Tensor tensor => tensor.Data.Length + ((long)tensor.Shape.Length * MaxBytesPerDimension),
        ValueSequence sequence => Of(sequence.Elements),
        ValueMap map => Of(map.Keys) + Of(map.Values),
        _ => 0,
    };
}
