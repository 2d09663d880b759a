using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>
/// All that a run of one size needs beside the elements, made once: memory for its inputs and outputs, with ONNX Runtime's values over it, bound to the session.
/// To copy small inputs here and outputs from here takes less than to make such values. One run has it at a time, from the copy of its inputs until that of its
/// outputs.
/// </summary>
internal sealed unsafe class RunSlot : IDisposable
{
    /// <summary>Where tensors begin: what the widest instructions like best, and no two tensors in one line of a processor's cache.</summary>
    private const int Alignment = 64;

    private readonly ImmutableArray<TensorPlan> _inputs;
    private readonly ImmutableArray<TensorPlan> _outputs;
    private readonly InferenceSession _session;
    private readonly TimeProvider _time;
    private readonly RunOptions _options = new();
    private readonly OrtIoBinding? _binding;
    private readonly List<OrtValue> _values = [];
    private readonly void* _memory;

    public RunSlot(InferenceSession session, ImmutableArray<TensorPlan> inputs, ImmutableArray<TensorPlan> outputs, TimeProvider time)
    {
        (_session, _inputs, _outputs, _time) = (session, inputs, outputs, time);
        _memory = NativeMemory.AlignedAlloc((nuint)(Measure(inputs) + Measure(outputs)), Alignment);
        try
        {
            _binding = session.CreateIoBinding();
            var place = (byte*)_memory;
            foreach (var input in inputs)
            {
                _binding.BindInput(input.Name, Create(input, ref place));
            }

            foreach (var output in outputs)
            {
                _binding.BindOutput(output.Name, Create(output, ref place));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The bytes of memory that tensors take in a slot.</summary>
    public static long Measure(ImmutableArray<TensorPlan> tensors) => tensors.Sum(static tensor => Align(tensor.Bytes));

    /// <summary>Runs the model.</summary>
    /// <param name="inputs">The inputs, tensors of the sizes planned, in the model's order.</param>
    /// <param name="cancellationToken">Ends the run at its next node.</param>
    public RunResult Run(ImmutableArray<ModelValue> inputs, CancellationToken cancellationToken)
    {
        var startedAt = _time.GetTimestamp();
        var place = (byte*)_memory;
        for (var i = 0; i < _inputs.Length; i++)
        {
            ((Tensor)inputs[i]).Data.Span.CopyTo(Next(_inputs[i], ref place));
        }

        // What a kernel leaves out is nothing, and no other request's.
        var results = place;
        NativeMemory.Clear(results, (nuint)Measure(_outputs));
        var boundAt = _time.GetTimestamp();
        Run(cancellationToken);
        var ranAt = _time.GetTimestamp();
        var outputs = ImmutableArray.CreateBuilder<ModelValue>(_outputs.Length);
        foreach (var output in _outputs)
        {
            outputs.Add(new Tensor(output.Name, output.Type, output.Shape, Next(output, ref results).ToArray()));
        }

        return new RunResult(outputs.MoveToImmutable(), new RunTimes(
            _time.GetElapsedTime(startedAt, boundAt), _time.GetElapsedTime(boundAt, ranAt), _time.GetElapsedTime(ranAt)));
    }

    public void Dispose()
    {
        _binding?.Dispose();
        _values.ForEach(static value => value.Dispose());
        _options.Dispose();
        NativeMemory.AlignedFree(_memory);
    }

    private void Run(CancellationToken cancellationToken)
    {
        try
        {
            // Disposed only once a call of it that is under way has ended.
            using var registration = cancellationToken.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, _options);
            _session.RunWithBinding(_options, _binding!);
        }
        finally
        {
            _options.Terminate = false;
        }
    }

    private OrtValue Create(TensorPlan tensor, ref byte* place)
    {
        fixed (byte* data = Next(tensor, ref place))
        {
            var value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, (TensorElementType)tensor.Type.ToOnnx(), [.. tensor.Shape], (nint)data, tensor.Bytes);
            _values.Add(value);
            return value;
        }
    }

    private static Span<byte> Next(TensorPlan tensor, ref byte* place)
    {
        var span = new Span<byte>(place, (int)tensor.Bytes);
        place += Align(tensor.Bytes);
        return span;
    }

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
