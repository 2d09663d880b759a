using System.Collections.Immutable;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>What two requests have to have in common to be stacked: all but how many rows they have, and what is in them.</summary>
/// <param name="request">A request that can be stacked (<see cref="CountRows"/>).</param>
internal sealed class StackShape(InferenceRequest request)
{
    private readonly ImmutableArray<Tensor> _inputs = [.. request.Inputs.Cast<Tensor>().Select(static input => new Tensor(input.Name, input.Type, ZeroRows(input), default))];
    private readonly ImmutableArray<string> _outputs = request.Outputs;

    /// <summary>
    /// The rows of a request whose inputs are all tensors of as many rows, with elements of whole bytes; null for any other, which can only run alone.
    /// </summary>
    public static int? CountRows(InferenceRequest request)
    {
        int? rows = null;
        foreach (var input in request.Inputs)
        {
            if (input is not Tensor { Shape: [> 0 and <= int.MaxValue and var count, ..] } tensor || !HasWholeBytes(tensor.Type) || (rows is { } other && other != count))
            {
                return null;
            }

            rows = (int)count;
        }

        return rows;
    }

    /// <summary>Whether elements of the type take whole bytes.</summary>
    public static bool HasWholeBytes(TensorType type) => type.GetElementBits() >= 8;

    /// <summary>Whether a request that can be stacked has it.</summary>
    public bool Matches(InferenceRequest request)
    {
        if (request.Inputs.Length != _inputs.Length || !request.Outputs.AsSpan().SequenceEqual(_outputs.AsSpan()))
        {
            return false;
        }

        for (var i = 0; i < _inputs.Length; i++)
        {
            var (own, other) = (_inputs[i], (Tensor)request.Inputs[i]);
            if (own.Type != other.Type || own.Name != other.Name || !own.Shape.AsSpan()[1..].SequenceEqual(other.Shape.AsSpan()[1..]))
            {
                return false;
            }
        }

        return true;
    }

    private static ImmutableArray<long> ZeroRows(Tensor tensor) => tensor.Shape.SetItem(0, 0);
}
