using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>
/// An output of a model as tensors that say the same. A sequence of n maps with the same keys is a tensor [n, keys] of their values and one
/// of their keys, its labels; a map is the same without n; a sequence of n tensors of one type and shape is a tensor [n, …shape].
/// </summary>
/// <param name="Values">The tensor with the output's own name.</param>
/// <param name="Labels">The keys of maps; null of what has none.</param>
internal sealed record OutputTensors(Tensor Values, Tensor? Labels)
{
    /// <summary>What helps where there are no such tensors.</summary>
    public const string Remedy = "Ask for other outputs with \"outputs\", or call the model with the .NET SDK.";

    /// <summary>Whether only the model's declaration tells what an output is.</summary>
    public static bool NeedDeclaration(ModelValue output) => output is ValueSequence { Elements.IsEmpty: true };

    /// <summary>Outputs that are tensors, all of them; default when one is not.</summary>
    public static ImmutableArray<Tensor> AsTensors(ImmutableArray<ModelValue> outputs)
    {
        var tensors = new Tensor[outputs.Length];
        for (var i = 0; i < tensors.Length; i++)
        {
            if (outputs[i] is not Tensor tensor)
            {
                return default;
            }

            tensors[i] = tensor;
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(tensors);
    }

    /// <summary>The tensors of an output.</summary>
    /// <param name="model">The model, for the error.</param>
    /// <param name="output">The output.</param>
    /// <param name="declared">The outputs that the model declares; needed where <see cref="NeedDeclaration"/> says so.</param>
    /// <exception cref="InvalidInputException">There are no tensors that say the same.</exception>
    public static OutputTensors Of(string model, ModelValue output, ImmutableArray<ValueSpec> declared) => output switch
    {
        Tensor tensor => new OutputTensors(tensor, null),
        ValueMap map => new OutputTensors(Rename(map.Values, map.Name), Rename(map.Keys, TensorSpecs.LabelsOf(map.Name))),
        ValueSequence { Elements.IsEmpty: true } => OfNothing(output.Name, declared.FirstOrDefault(spec => spec.Name == output.Name))
            ?? throw Fault(model, output.Name, "is an empty sequence, and the model does not declare of what"),
        ValueSequence { Elements: [ValueMap, ..] } sequence => OfMaps(model, sequence),
        ValueSequence { Elements: [Tensor, ..] } sequence => new OutputTensors(
            Stack(model, sequence.Name, [.. sequence.Elements.Select(element => element as Tensor)]), null),
        _ => throw Fault(model, output.Name, "is a sequence of sequences"),
    };

    private static OutputTensors OfMaps(string model, ValueSequence sequence)
    {
        var keys = ((ValueMap)sequence.Elements[0]).Keys;
        for (var i = 1; i < sequence.Elements.Length; i++)
        {
            if (sequence.Elements[i] is not ValueMap map || map.Keys.Type != keys.Type || !map.Keys.Data.Span.SequenceEqual(keys.Data.Span))
            {
                throw Fault(model, sequence.Name, $"is a sequence of maps, and the one at {i} has other keys than the first");
            }
        }

        var values = Stack(model, sequence.Name, [.. sequence.Elements.Select(static element => ((ValueMap)element).Values)]);
        return new OutputTensors(values, Rename(keys, TensorSpecs.LabelsOf(sequence.Name)));
    }

    private static OutputTensors? OfNothing(string name, ValueSpec? declared) => declared switch
    {
        { Kind: ValueKind.SequenceOfMaps, Type: { } type, KeyType: { } key } =>
            new OutputTensors(new Tensor(name, type, [0, 0], default), new Tensor(TensorSpecs.LabelsOf(name), key, [0], default)),
        { Kind: ValueKind.SequenceOfTensors, Type: { } type, Shape: var shape } =>
            new OutputTensors(new Tensor(name, type, [0, .. shape.IsDefault ? [] : shape.Select(static size => Math.Max(size, 0))], default), null),
        _ => null,
    };

    private static Tensor Stack(string model, string name, ImmutableArray<Tensor?> parts)
    {
        var first = parts[0]!;
        var bytes = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i] is not { } part || part.Type != first.Type || !part.Shape.AsSpan().SequenceEqual(first.Shape.AsSpan()))
            {
                throw Fault(model, name, $"is a sequence of tensors, and the one at {i} has another type or shape than the first");
            }

            bytes += part.Data.Length;
        }

        // Elements of less than a byte: the next tensor would begin within a byte of the one before.
        if (bytes > Array.MaxLength || first.Type.GetElementBits() is > 0 and < 8)
        {
            throw Fault(model, name, $"is a sequence of {bytes} bytes of {first.Type.GetProtocolName()}");
        }

        var data = GC.AllocateUninitializedArray<byte>((int)bytes);
        var rest = data.AsMemory();
        foreach (var part in parts)
        {
            part!.Data.CopyTo(rest);
            rest = rest[part.Data.Length..];
        }

        return new Tensor(name, first.Type, first.Shape.Insert(0, parts.Length), data);
    }

    private static Tensor Rename(Tensor tensor, string name) => new(name, tensor.Type, tensor.Shape, tensor.Data);

    private static InvalidInputException Fault(string model, string output, string fault) =>
        new(model, "", $"Output '{output}' {fault}, which no tensor can carry. {Remedy}");
}
