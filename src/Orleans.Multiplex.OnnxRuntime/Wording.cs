using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Says in the words of the protocol what came and what a model expects: <c>FP32 [-1,4]</c>.</summary>
internal static class Wording
{
    private const int MaxNameLength = 80;

    public static string Describe(ValueSpec spec) => spec.Kind switch
    {
        ValueKind.Tensor => $"{Describe(spec.Type)} {Describe(spec.Shape)}",
        ValueKind.SequenceOfTensors => $"a sequence of tensors of {Describe(spec.Type)}",
        ValueKind.SequenceOfMaps => $"a sequence of maps to {Describe(spec.Type)}",
        ValueKind.Map => $"a map to {Describe(spec.Type)}",
        _ => "a value of a kind that cannot be carried",
    };

    public static string Describe(ModelValue? value) => value switch
    {
        Tensor tensor => $"{Describe(tensor.Type)} {Describe(tensor.Shape)}",
        ValueMap map => $"a map of {Describe(map.Keys?.Type)} to {Describe(map.Values?.Type)}",
        ValueSequence { Elements.IsDefaultOrEmpty: true } => "an empty sequence",
        ValueSequence { Elements: [Tensor first, ..] } => $"a sequence that begins with {Describe(first)}",
        ValueSequence { Elements: [ValueMap first, ..] } => $"a sequence that begins with {Describe(first)}",
        ValueSequence => "a sequence of something else",
        _ => "nothing",
    };

    /// <summary>A name in quotes, which may come from a client: it breaks no line and is cut when long.</summary>
    public static string Quote(string? name) => $"'{Cut(name)}'";

    /// <summary>A name that breaks no line and is not long.</summary>
    public static string Cut(string? name) =>
        NativeError.Clean(name is { Length: > MaxNameLength } ? name[..MaxNameLength] + "…" : name ?? "");

    /// <summary>The names of inputs or outputs, for who gave another.</summary>
    public static string List(ImmutableArray<ValueSpec> specs) =>
        specs.IsEmpty ? "none" : string.Join(", ", specs.Take(20).Select(spec => Quote(spec.Name)));

    private static string Describe(TensorType? type) =>
        type is { } known && Enum.IsDefined(known) ? known.GetProtocolName() : "an unknown type";

    private static string Describe(ImmutableArray<long> shape) =>
        shape.IsDefault ? "of any shape" : $"[{string.Join(',', shape.Take(20))}]";
}
