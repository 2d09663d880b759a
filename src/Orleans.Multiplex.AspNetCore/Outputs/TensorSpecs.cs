using System.Collections.Immutable;

namespace Orleans.Multiplex.AspNetCore.Outputs;

/// <summary>The outputs of a model as HTTP and gRPC list them: as the tensors that answers have (<see cref="OutputTensors"/>).</summary>
internal static class TensorSpecs
{
    /// <summary>What the name of an output of labels has behind the name of the output that they belong to.</summary>
    public const string LabelsSuffix = ".labels";

    /// <summary>The name of the output that has the labels of an output.</summary>
    public static string LabelsOf(string output) => output + LabelsSuffix;

    /// <summary>The outputs that have labels, which are the keys of their maps, by the names of these. An output of the model's own keeps its name.</summary>
    public static IReadOnlyDictionary<string, ValueSpec> FindLabels(ImmutableArray<ValueSpec> outputs)
    {
        var owners = new Dictionary<string, ValueSpec>(StringComparer.Ordinal);
        foreach (var output in outputs.Where(static output => output.Kind is ValueKind.SequenceOfMaps or ValueKind.Map))
        {
            owners.TryAdd(LabelsOf(output.Name), output);
        }

        foreach (var output in outputs)
        {
            owners.Remove(output.Name);
        }

        return owners;
    }

    /// <summary>Lists the outputs of a model.</summary>
    public static ImmutableArray<ValueSpec> List(ImmutableArray<ValueSpec> outputs)
    {
        var owners = FindLabels(outputs);
        return [.. outputs.SelectMany(output => owners.GetValueOrDefault(LabelsOf(output.Name)) == output
            ? (IEnumerable<ValueSpec>)[ToTensor(output), Labels(output)]
            : [ToTensor(output)])];
    }

    private static ValueSpec ToTensor(ValueSpec output) => output.Kind switch
    {
        ValueKind.SequenceOfTensors => AsTensor(output, output.Shape.IsDefault ? default : output.Shape.Insert(0, -1)),
        ValueKind.SequenceOfMaps => AsTensor(output, [-1, -1]),
        ValueKind.Map => AsTensor(output, [-1]),
        _ => output,
    };

    private static ValueSpec AsTensor(ValueSpec output, ImmutableArray<long> shape) =>
        output with { Kind = ValueKind.Tensor, Shape = shape, KeyType = null };

    private static ValueSpec Labels(ValueSpec output) =>
        new(LabelsOf(output.Name), ValueKind.Tensor, output.KeyType, [-1], IsOptional: output.IsOptional);
}
