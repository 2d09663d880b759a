using System.Collections.Concurrent;
using Orleans.Multiplex.Execution;

namespace Orleans.Multiplex.Tests.Execution.Batching;

/// <summary>A model that gives each row of FP32 [N,1] plus one, and notes how many rows its runs have.</summary>
internal sealed class RowSession : IInferenceSession
{
    public ConcurrentQueue<int> Runs { get; } = new();

    public Action<ReadOnlyMemory<float>> OnRun { get; set; } = static _ => { };

    public string? RowSymbol => "N";

    public bool NeverBlocks { get; set; }

    /// <summary>What a run does with what ends it.</summary>
    public Action<CancellationToken> OnStop { get; set; } = static _ => { };

    public ModelSignature Signature { get; } = new(
        "test",
        [new ValueSpec("x", ValueKind.Tensor, TensorType.Float32, [-1, 1], IsOptional: false)],
        [new ValueSpec("y", ValueKind.Tensor, TensorType.Float32, [-1, 1], IsOptional: false)]);

    public static InferenceRequest Ask(params float[] rows) => new([Tensor.Create("x", rows, rows.Length, 1)]);

    public void Check(InferenceRequest request)
    {
    }

    public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var x = (Tensor)request.Inputs[0];
        OnRun(x.AsMemory<float>());
        OnStop(cancellationToken);
        Runs.Enqueue((int)x.Shape[0]);
        float[] y = [.. x.AsSpan<float>().ToArray().Select(static value => value + 1)];
        return new RunResult([Tensor.Create("y", y, x.Shape.AsSpan())], default);
    }

    public void Dispose()
    {
    }
}
