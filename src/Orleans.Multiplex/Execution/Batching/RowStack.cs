using System.Buffers;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>
/// Requests of one shape as a single one, their rows one behind the other, in memory of its own: it may be disposed when the run that reads it has
/// ended, and not before.
/// </summary>
internal sealed class RowStack : IDisposable
{
    private readonly ArrayPool<byte> _pool;
    private readonly List<byte[]> _rented = [];

    /// <param name="requests">The requests, which can be stacked and have the same <see cref="StackShape"/>.</param>
    /// <param name="pool">Where the memory comes from.</param>
    public RowStack(IReadOnlyList<InferenceRequest> requests, ArrayPool<byte> pool)
    {
        _pool = pool;
        Rows = [.. requests.Select(static request => (int)((Tensor)request.Inputs[0]).Shape[0])];
        TotalRows = Rows.Sum();
        var inputs = ImmutableArray.CreateBuilder<ModelValue>(requests[0].Inputs.Length);
        for (var i = 0; i < inputs.Capacity; i++)
        {
            inputs.Add(Stack(requests, i));
        }

        Request = new InferenceRequest(inputs.MoveToImmutable(), requests[0].Outputs);
    }

    /// <summary>All of them as one.</summary>
    public InferenceRequest Request { get; }

    /// <summary>The rows of each.</summary>
    public ImmutableArray<int> Rows { get; }

    /// <summary>The rows of all.</summary>
    public int TotalRows { get; }

    /// <summary>The part of the outputs that belongs to each request; null when the outputs are not made of as many rows.</summary>
    /// <remarks>The parts are views of the outputs, which nobody changes any more.</remarks>
    public ImmutableArray<ModelValue>[]? Split(ImmutableArray<ModelValue> outputs)
    {
        foreach (var output in outputs)
        {
            if (output is not Tensor { Shape: [var rows, ..] } tensor || rows != TotalRows || !StackShape.HasWholeBytes(tensor.Type))
            {
                return null;
            }
        }

        var parts = new ImmutableArray<ModelValue>[Rows.Length];
        for (int i = 0, begin = 0; i < parts.Length; begin += Rows[i], i++)
        {
            var part = ImmutableArray.CreateBuilder<ModelValue>(outputs.Length);
            foreach (var output in outputs)
            {
                part.Add(Cut((Tensor)output, begin, Rows[i]));
            }

            parts[i] = part.MoveToImmutable();
        }

        return parts;
    }

    public void Dispose()
    {
        _rented.ForEach(rented => _pool.Return(rented));
        _rented.Clear();
    }

    private Tensor Cut(Tensor output, int begin, int rows)
    {
        var rowBytes = output.Data.Length / TotalRows;
        return new Tensor(output.Name, output.Type, output.Shape.SetItem(0, rows), output.Data.Slice(begin * rowBytes, rows * rowBytes));
    }

    private Tensor Stack(IReadOnlyList<InferenceRequest> requests, int input)
    {
        var first = (Tensor)requests[0].Inputs[input];
        var length = requests.Sum(request => (long)((Tensor)request.Inputs[input]).Data.Length);
        var rented = _pool.Rent(checked((int)length));
        _rented.Add(rented);
        var position = 0;
        foreach (var request in requests)
        {
            var data = ((Tensor)request.Inputs[input]).Data;
            data.Span.CopyTo(rented.AsSpan(position));
            position += data.Length;
        }

        return new Tensor(first.Name, first.Type, first.Shape.SetItem(0, TotalRows), rented.AsMemory(0, position));
    }
}
