using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A backend whose models answer with their own name.</summary>
public sealed class FakeBackend : IInferenceBackend
{
    private static readonly ModelSignature Signature = new("fake", [], []);

    public Func<Exception?> FailInspect { get; set; } = () => null;

    public Func<Exception?> FailOpen { get; set; } = () => null;

    /// <summary>What an opening does before anything else, on the thread on which it was started.</summary>
    public Action<ModelArtifact> OnOpen { get; set; } = _ => { };

    public Func<Exception?> FailRun { get; set; } = () => null;

    /// <summary>What a run does before it answers.</summary>
    public Action<InferenceRequest, CancellationToken> OnRun { get; set; } = (_, _) => { };

    /// <summary>What a run answers; null for the model's name.</summary>
    public Func<InferenceRequest, Tensor>? Answer { get; set; }

    /// <summary>Whether runs of its models may go on any thread when they are short.</summary>
    public bool NeverBlocks { get; set; }

    public string ModelFileName => "model.onnx";

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        FailInspect() is { } error ? throw error : new(new ModelFacts(Signature, 100));

#pragma warning disable CA2000 // The loader disposes it.
    public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        OnOpen(artifact);
        return FailOpen() is { } error ? throw error : new(new Session(artifact, this));
    }
#pragma warning restore CA2000

    private sealed class Session(ModelArtifact artifact, FakeBackend backend) : IInferenceSession
    {
        public ModelSignature Signature => FakeBackend.Signature;

        public bool NeverBlocks => backend.NeverBlocks;

        public void Check(InferenceRequest request)
        {
        }

        public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
        {
            backend.OnRun(request, cancellationToken);
            return backend.FailRun() is { } error ? throw error
                : new RunResult([backend.Answer?.Invoke(request) ?? Tensor.Create("name", [$"{artifact.Id}@{artifact.Version}"])], default);
        }

        public void Dispose()
        {
        }
    }
}
