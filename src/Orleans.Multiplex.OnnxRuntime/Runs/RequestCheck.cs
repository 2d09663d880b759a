using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// Checks requests against a model's signature. Native code sees only what passed, so that nothing a client sends makes it read or
/// write where it must not. Dimensions that only share a name may differ: ONNX Runtime allows it.
/// </summary>
internal sealed class RequestCheck(string modelId, ModelSignature signature)
{
    private readonly Dictionary<string, int> _inputs = IndexByName(signature.Inputs);
    private readonly Dictionary<string, int> _outputs = IndexByName(signature.Outputs);

    /// <exception cref="InvalidInputException">The request does not have the form that the model asks for.</exception>
    public void Check(InferenceRequest request)
    {
        CheckInputs(request.Inputs);
        CheckOutputs(request.Outputs);
    }

    /// <summary>The element type that the model declares for an input.</summary>
    public TensorType GetElementType(string input) => signature.Inputs[_inputs[input]].Type ?? TensorType.Float32;

    private void CheckInputs(ImmutableArray<ModelValue> inputs)
    {
        var seen = signature.Inputs.Length <= 256 ? stackalloc bool[signature.Inputs.Length] : new bool[signature.Inputs.Length];
        foreach (var input in inputs)
        {
            if (input?.Name is not { } name || !_inputs.TryGetValue(name, out var index))
            {
                throw Invalid(
                    input?.Name,
                    $"Model '{modelId}' has no input {Wording.Quote(input?.Name)}. It has: {Wording.List(signature.Inputs)}.");
            }

            if (seen[index])
            {
                throw Invalid(name, $"Input {Wording.Quote(name)} of model '{modelId}' came twice.");
            }

            seen[index] = true;
            var spec = signature.Inputs[index];
            if (FindFault(input, spec) is { } fault)
            {
                throw Invalid(name, $"Input {Wording.Quote(name)} of model '{modelId}': {fault}.");
            }
        }

        for (var index = 0; index < seen.Length; index++)
        {
            if (!seen[index] && signature.Inputs[index] is { IsOptional: false } spec)
            {
                throw Invalid(
                    spec.Name, $"Input {Wording.Quote(spec.Name)} of model '{modelId}' is missing; expected {Wording.Describe(spec)}.");
            }
        }
    }

    private void CheckOutputs(ImmutableArray<string> outputs)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is not { } name || !_outputs.ContainsKey(name))
            {
                throw Invalid(
                    "", $"Model '{modelId}' has no output {Wording.Quote(outputs[i])}. It has: {Wording.List(signature.Outputs)}.");
            }

            // There are no more names before this one than the model has outputs, since none of them came twice.
            if (outputs.AsSpan(0, i).Contains(name))
            {
                throw Invalid("", $"Output {Wording.Quote(name)} of model '{modelId}' is asked for twice.");
            }
        }
    }

    private static string? FindFault(ModelValue value, ValueSpec spec)
    {
        var fits = (spec.Kind, value) switch
        {
            (ValueKind.Tensor, Tensor tensor) => HasType(tensor, spec) && HasShape(tensor, spec.Shape),
            (ValueKind.SequenceOfTensors, ValueSequence { Elements.IsDefault: false } sequence) =>
                sequence.Elements.All(element => element is Tensor tensor && HasType(tensor, spec)),
            (ValueKind.SequenceOfMaps, ValueSequence { Elements.IsDefaultOrEmpty: false } sequence) =>
                sequence.Elements.All(element => element is ValueMap map && IsMap(map, spec)),
            (ValueKind.Map, ValueMap map) => IsMap(map, spec),
            _ => false,
        };
        return fits ? TensorCheck.FindFault(value) : $"came {Wording.Describe(value)}, expected {Wording.Describe(spec)}";
    }

    private static bool HasType(Tensor tensor, ValueSpec spec) => spec.Type is null || tensor.Type == spec.Type;

    private static bool IsMap(ValueMap map, ValueSpec spec) =>
        map.Keys?.Type is TensorType.Int64 or TensorType.String && map.Values is not null && HasType(map.Values, spec);

    private static bool HasShape(Tensor tensor, ImmutableArray<long> expected)
    {
        if (tensor.Shape.IsDefault || (!expected.IsDefault && tensor.Shape.Length != expected.Length))
        {
            return false;
        }

        for (var i = 0; !expected.IsDefault && i < expected.Length; i++)
        {
            if (expected[i] >= 0 && tensor.Shape[i] != expected[i])
            {
                return false;
            }
        }

        return true;
    }

    private InvalidInputException Invalid(string? input, string message) => new(modelId, Wording.Cut(input), NativeError.Clean(message));

    // Made for each load of a model, and most have one or two names: a dictionary that is faster to search would be slower to make.
    private static Dictionary<string, int> IndexByName(ImmutableArray<ValueSpec> specs)
    {
        var index = new Dictionary<string, int>(specs.Length, StringComparer.Ordinal);
        for (var i = 0; i < specs.Length; i++)
        {
            index.TryAdd(specs[i].Name, i);
        }

        return index;
    }
}
