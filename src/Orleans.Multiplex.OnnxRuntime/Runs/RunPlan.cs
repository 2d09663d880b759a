using System.Collections.Immutable;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// What a model says beforehand of the tensors of a run: those whose sizes are fixed, but for the first one where that is the number of rows of all of them. Models
/// may be wrong in that, of which ONNX Runtime only warns.
/// </summary>
internal sealed class RunPlan
{
    private readonly ImmutableArray<ValueSpec> _inputs;
    private readonly ImmutableArray<ValueSpec> _outputs;
    private readonly bool _hasRows;

    private RunPlan(ModelSignature signature, bool hasRows)
    {
        _inputs = signature.Inputs;
        _outputs = signature.Outputs;
        _hasRows = hasRows;
    }

    /// <summary>
    /// The plan of a model; null where the sizes of its outputs are only known after a run, or one of them is an input too: ONNX Runtime gives back the input then, and
    /// writes nothing.
    /// </summary>
    /// <param name="signature">Its inputs and outputs.</param>
    /// <param name="hasRows">Whether the first dimension of all of them is the number of rows.</param>
    public static RunPlan? Find(ModelSignature signature, bool hasRows) =>
        signature.Outputs.All(output => IsKnown(output, hasRows) && signature.Inputs.All(input => input.Name != output.Name)) ? new RunPlan(signature, hasRows) : null;

    /// <summary>The inputs of the smallest run that there is: of one row, or of the only size that the model takes. Default where it leaves more open.</summary>
    public ImmutableArray<TensorPlan> FindLeastInputs() =>
        _inputs.All(input => !input.IsOptional && IsKnown(input, _hasRows)) ? [.. _inputs.Select(static input => Plan(input, rows: 1))] : default;

    /// <summary>The outputs of that run.</summary>
    public ImmutableArray<TensorPlan> FindLeastOutputs() => [.. _outputs.Select(static output => Plan(output, rows: 1))];

    /// <summary>The outputs of a request, in the order asked for; default where its inputs do not agree on their rows, or some are too long to be carried.</summary>
    public ImmutableArray<TensorPlan> FindOutputs(InferenceRequest request)
    {
        if ((_hasRows ? FindRows(request.Inputs) : 1) is not { } rows)
        {
            return default;
        }

        var count = request.Outputs.IsEmpty ? _outputs.Length : request.Outputs.Length;
        var outputs = ImmutableArray.CreateBuilder<TensorPlan>(count);
        for (var i = 0; i < count; i++)
        {
            var output = Plan(request.Outputs.IsEmpty ? _outputs[i] : Find(request.Outputs[i]), rows);
            if (output.Bytes is 0 || output.Bytes > Array.MaxLength)
            {
                return default;
            }

            outputs.Add(output);
        }

        return outputs.MoveToImmutable();
    }

    private static bool IsKnown(ValueSpec value, bool hasRows)
    {
        if (value is not { Kind: ValueKind.Tensor, Type: { } type, Shape.IsDefault: false } || type == TensorType.String || type.GetElementBits() < 8)
        {
            return false;
        }

        for (var i = hasRows ? 1 : 0; i < value.Shape.Length; i++)
        {
            if (value.Shape[i] < 0)
            {
                return false;
            }
        }

        return true;
    }

    // The first dimension is open exactly where it is the number of rows.
    private static TensorPlan Plan(ValueSpec value, long rows)
    {
        var shape = value.Shape is [< 0, ..] ? value.Shape.SetItem(0, rows) : value.Shape;
        var bytes = (Int128)(value.Type!.Value.GetElementBits() / 8);
        foreach (var dimension in shape)
        {
            bytes *= dimension;
            if (bytes > long.MaxValue)
            {
                break;
            }
        }

        return new TensorPlan(value.Name, value.Type.Value, shape, (long)Int128.Min(bytes, long.MaxValue));
    }

    private static long? FindRows(ImmutableArray<ModelValue> inputs)
    {
        long? common = null;
        foreach (var input in inputs)
        {
            if (input is not Tensor { Shape: [var rows, ..] } || (common ?? rows) != rows)
            {
                return null;
            }

            common = rows;
        }

        return common;
    }

    private ValueSpec Find(string name)
    {
        foreach (var output in _outputs)
        {
            if (output.Name == name)
            {
                return output;
            }
        }

        throw new ArgumentException("There is no such output; the request was not checked.", nameof(name));
    }
}
