using System.Buffers;
using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>The outputs of one run, which ONNX Runtime writes where their answer has them.</summary>
internal sealed class PlacedOutputs : IDisposable
{
    private readonly ImmutableArray<TensorPlan> _plan;
    private readonly byte[][] _data;
    private readonly MemoryHandle[] _pins;
    private readonly OrtValue?[] _values;

    public PlacedOutputs(ImmutableArray<TensorPlan> plan)
    {
        _plan = plan;
        _data = new byte[plan.Length][];
        _pins = new MemoryHandle[plan.Length];
        _values = new OrtValue?[plan.Length];
        try
        {
            for (var i = 0; i < plan.Length; i++)
            {
                // What a kernel leaves out is nothing, and no other request's.
                _data[i] = new byte[plan[i].Bytes];
                _pins[i] = _data[i].AsMemory().Pin();
                _values[i] = Create(plan[i], _pins[i]);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public OrtValue[] Values => _values!;

    /// <summary>The answer, after the run.</summary>
    public ImmutableArray<ModelValue> Take()
    {
        var outputs = ImmutableArray.CreateBuilder<ModelValue>(_plan.Length);
        for (var i = 0; i < _plan.Length; i++)
        {
            outputs.Add(new Tensor(_plan[i].Name, _plan[i].Type, _plan[i].Shape, _data[i]));
        }

        return outputs.MoveToImmutable();
    }

    public void Dispose()
    {
        foreach (var value in _values)
        {
            value?.Dispose();
        }

        foreach (var pin in _pins)
        {
            pin.Dispose();
        }
    }

    private static unsafe OrtValue Create(TensorPlan plan, MemoryHandle pin) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, (TensorElementType)plan.Type.ToOnnx(), [.. plan.Shape], (nint)pin.Pointer, plan.Bytes);
}
