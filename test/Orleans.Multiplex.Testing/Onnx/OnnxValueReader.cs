using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>Reads values from the messages that ONNX has for them: TensorProto, SequenceProto, MapProto, OptionalProto.</summary>
public static class OnnxValueReader
{
    /// <summary>Reads a value that a model takes or gives.</summary>
    /// <param name="message">The message.</param>
    /// <param name="declared">What the model declares: a message does not say of which kind it is.</param>
    /// <returns>The value under its declared name; null for an optional one that is not there.</returns>
    /// <exception cref="InvalidDataException">The message holds what <see cref="ModelValue"/> cannot.</exception>
    public static ModelValue? Read(ReadOnlyMemory<byte> message, DeclaredValue declared)
    {
        ArgumentNullException.ThrowIfNull(declared);
        return Read(declared.Name, ProtoFields.Read(message), declared.Type);
    }

    private static ModelValue? Read(string name, ProtoFields fields, DeclaredType type) => type.Kind switch
    {
        DeclaredKind.Tensor => ReadTensor(name, fields, type.ElementType),
        DeclaredKind.Sequence => ReadSequence(name, fields, type.Inner),
        DeclaredKind.Map => ReadMap(name, fields),
        DeclaredKind.Optional => ReadOptional(name, fields, type.Inner),
        _ => throw new InvalidDataException($"'{name}' is of a kind that is not read."),
    };

    private static ModelValue? ReadOptional(string name, ProtoFields optional, DeclaredType? inner) =>
        optional.FindMessage(3) is { } tensor ? ReadTensor(name, tensor, inner?.ElementType)
        : optional.FindMessage(5) is { } sequence ? ReadSequence(name, sequence, inner?.Inner)
        : optional.FindMessage(6) is { } map ? ReadMap(name, map)
        : null;

    private static ValueSequence ReadSequence(string name, ProtoFields sequence, DeclaredType? element) =>
        new(name,
        [
            .. sequence.GetMessages(3).Select(tensor => ReadTensor("", tensor, element?.ElementType)),
            .. sequence.GetMessages(5).Select(inner => ReadSequence("", inner, element?.Inner)),
            .. sequence.GetMessages(6).Select(map => ReadMap("", map)),
        ]);

    private static ValueMap ReadMap(string name, ProtoFields map)
    {
        var keys = map.Has(4)
            ? new Tensor("", TensorType.String, [map.GetBytes(4).Count()], ToText(map.GetBytes(4)))
            : Tensor.Create("", map.GetIntegers(3).ToArray());
        var values = map.GetMessages(5).SelectMany(sequence => sequence.GetMessages(3)).Select(value => ReadTensor("", value, null)).ToList();
        var type = values is [var first, ..] ? first.Type : TensorType.Float32;
        return new ValueMap(name, keys, new Tensor("", type, [values.Count], values.SelectMany(value => value.Data.ToArray()).ToArray()));
    }

    private static Tensor ReadTensor(string name, ProtoFields tensor, TensorType? declared)
    {
        var type = OnnxElementTypes.FromOnnxNumber(tensor.GetInteger(2))
            ?? throw new InvalidDataException($"Tensor '{name}' has elements of the unknown type {tensor.GetInteger(2)}.");
        var shape = tensor.GetIntegers(1).ToImmutableArray();
        var data = tensor.GetBytes(9).LastOrDefault() is { IsEmpty: false } raw ? raw : ReadTyped(tensor, type);

        // Writers without a type for BF16 keep its bits as integers.
        return new Tensor(name, (declared, type) is (TensorType.BFloat16, TensorType.UInt16) ? TensorType.BFloat16 : type, shape, data);
    }

    private static ReadOnlyMemory<byte> ReadTyped(ProtoFields tensor, TensorType type) => type switch
    {
        TensorType.Float32 or TensorType.Complex64 => tensor.GetFixed(4),
        TensorType.Float64 or TensorType.Complex128 => tensor.GetFixed(10),
        TensorType.Int64 => Narrow(tensor.GetIntegers(7), sizeof(long)),
        TensorType.UInt32 or TensorType.UInt64 => Narrow(tensor.GetIntegers(11), type.GetElementBits() / 8),
        TensorType.String => ToText(tensor.GetBytes(6)),

        // All others are in 32-bit numbers: their bits at the low end, and of 4-bit types two elements in each.
        _ => Narrow(tensor.GetIntegers(5), Math.Max(type.GetElementBits() / 8, 1)),
    };

    private static byte[] Narrow(IEnumerable<long> numbers, int bytes) =>
        [.. numbers.SelectMany(number => BitConverter.GetBytes(number)[..bytes])];

    private static byte[] ToText(IEnumerable<ReadOnlyMemory<byte>> elements) =>
    [
        .. elements.SelectMany(element =>
        {
            var text = new byte[sizeof(uint) + element.Length];
            BinaryPrimitives.WriteUInt32LittleEndian(text, (uint)element.Length);
            element.CopyTo(text.AsMemory(sizeof(uint)));
            return text;
        }),
    ];
}
