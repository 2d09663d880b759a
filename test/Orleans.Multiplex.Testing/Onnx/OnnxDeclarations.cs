namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>What a model file declares that it takes and gives.</summary>
/// <param name="Inputs">The inputs that a request gives: those without a constant of the same name.</param>
/// <param name="Outputs">The outputs.</param>
public sealed record OnnxDeclarations(IReadOnlyList<DeclaredValue> Inputs, IReadOnlyList<DeclaredValue> Outputs)
{
    public static OnnxDeclarations Read(ReadOnlyMemory<byte> model)
    {
        var graph = ProtoFields.Read(model).FindMessage(7) ?? throw new InvalidDataException("The model has no graph.");
        var constants = graph.GetMessages(5).Select(tensor => tensor.GetText(8)).ToHashSet();
        return new OnnxDeclarations(
            [.. graph.GetMessages(11).Select(DeclaredValue.Read).Where(input => !constants.Contains(input.Name))],
            [.. graph.GetMessages(12).Select(DeclaredValue.Read)]);
    }
}

/// <summary>An input or output as a model declares it.</summary>
/// <param name="Name">The name.</param>
/// <param name="Type">The type.</param>
public sealed record DeclaredValue(string Name, DeclaredType Type)
{
    internal static DeclaredValue Read(ProtoFields value) => new(value.GetText(1), DeclaredType.Read(value.FindMessage(2)));
}

/// <summary>A type as a model declares it.</summary>
/// <param name="Kind">The kind of value.</param>
/// <param name="ElementType">The element type of a tensor; null when we have none for it.</param>
/// <param name="Inner">What a sequence or an optional value holds.</param>
public sealed record DeclaredType(DeclaredKind Kind, TensorType? ElementType = null, DeclaredType? Inner = null)
{
    internal static DeclaredType Read(ProtoFields? type) => type switch
    {
        not null when type.FindMessage(1) is { } tensor => new(DeclaredKind.Tensor, OnnxElementTypes.FromOnnxNumber(tensor.GetInteger(1))),
        not null when type.FindMessage(4) is { } sequence => new(DeclaredKind.Sequence, Inner: Read(sequence.FindMessage(1))),
        not null when type.FindMessage(9) is { } optional => new(DeclaredKind.Optional, Inner: Read(optional.FindMessage(1))),
        not null when type.Has(5) => new(DeclaredKind.Map),
        _ => new(DeclaredKind.Other),
    };
}

/// <summary>The kinds of values.</summary>
public enum DeclaredKind
{
    Tensor,
    Sequence,
    Map,
    Optional,
    Other,
}
