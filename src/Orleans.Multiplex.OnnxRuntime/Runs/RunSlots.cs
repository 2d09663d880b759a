using System.Collections.Immutable;
using Microsoft.ML.OnnxRuntime;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.OnnxRuntime.Runs;

/// <summary>The slots of a session, for small requests of one row: as many as run at once, kept as long as the session.</summary>
internal sealed class RunSlots : IDisposable
{
    /// <summary>The most bytes of inputs and outputs that are copied: more are better used where they lie.</summary>
    public const int MostBytes = 8 << 10;

    /// <summary>After how many requests there are slots: models that are asked for now and then take no memory for them.</summary>
    public const int FirstRuns = 16;

    private readonly InferenceSession _session;
    private readonly ImmutableArray<TensorPlan> _inputs;
    private readonly ImmutableArray<TensorPlan> _outputs;
    private readonly TimeProvider _time;
    private readonly RunSlot?[] _free = new RunSlot?[Environment.ProcessorCount];
    private int _asked;

    private RunSlots(InferenceSession session, ImmutableArray<TensorPlan> inputs, ImmutableArray<TensorPlan> outputs, TimeProvider time) =>
        (_session, _inputs, _outputs, _time) = (session, inputs, outputs, time);

    /// <summary>The slots of a model; null where its requests of one row are not all of one size, or not small.</summary>
    public static RunSlots? Find(InferenceSession session, RunPlan plan, TimeProvider time)
    {
        var inputs = plan.FindLeastInputs();
        var outputs = plan.FindLeastOutputs();
        return !inputs.IsDefaultOrEmpty && inputs.Concat(outputs).All(static tensor => tensor.Bytes is > 0 and <= MostBytes)
            && RunSlot.Measure(inputs) + RunSlot.Measure(outputs) <= MostBytes
                ? new RunSlots(session, inputs, outputs, time)
                : null;
    }

    /// <summary>Runs a request; null, with nothing done, where it is not of this size, asks for some of the outputs alone, or is one of the first.</summary>
    public RunResult? TryRun(InferenceRequest request, CancellationToken cancellationToken)
    {
        if (!Fits(request) || (Volatile.Read(ref _asked) < FirstRuns && Interlocked.Increment(ref _asked) < FirstRuns))
        {
            return null;
        }

        var slot = Take();
        try
        {
            return slot.Run(request.Inputs, cancellationToken);
        }
        finally
        {
            GiveBack(slot);
        }
    }

    public void Dispose()
    {
        foreach (var slot in _free)
        {
            slot?.Dispose();
        }
    }

    private bool Fits(InferenceRequest request)
    {
        if (!request.Outputs.IsEmpty || request.Inputs.Length != _inputs.Length)
        {
            return false;
        }

        for (var i = 0; i < _inputs.Length; i++)
        {
            if (request.Inputs[i] is not Tensor tensor || tensor.Name != _inputs[i].Name || tensor.Data.Length != _inputs[i].Bytes
                || !tensor.Shape.AsSpan().SequenceEqual(_inputs[i].Shape.AsSpan()))
            {
                return false;
            }
        }

        return true;
    }

    private RunSlot Take()
    {
        for (var i = 0; i < _free.Length; i++)
        {
            if (Volatile.Read(ref _free[i]) is not null && Interlocked.Exchange(ref _free[i], null) is { } slot)
            {
                return slot;
            }
        }

        return new RunSlot(_session, _inputs, _outputs, _time);
    }

    private void GiveBack(RunSlot slot)
    {
        for (var i = 0; i < _free.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _free[i], slot, null) is null)
            {
                return;
            }
        }

        slot.Dispose();
    }
}
