using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Benchmarks.Copies;

/// <summary>A backend whose runs only take their time, so that a few cores can show what many machines would do: the model's folder says how long.</summary>
internal sealed class TimedBackend : IInferenceBackend
{
    private const int BytesOfModel = 1 << 20;

    private static readonly ModelSignature Signature = new("timed", [], []);

    public string ModelFileName => "model.time";

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new(new ModelFacts(Signature, BytesOfModel));

#pragma warning disable CA2000 // The loader disposes it.
    public async ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        new Session(TimeSpan.Parse(
            await File.ReadAllTextAsync(artifact.GetPath(ModelFileName), cancellationToken), System.Globalization.CultureInfo.InvariantCulture));
#pragma warning restore CA2000

    private sealed class Session(TimeSpan time) : IInferenceSession
    {
        public ModelSignature Signature => TimedBackend.Signature;

        public void Check(InferenceRequest request)
        {
        }

        public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
        {
            cancellationToken.WaitHandle.WaitOne(time);
            return new RunResult([Tensor.Create("done", [1])], default);
        }

        public void Dispose()
        {
        }
    }
}
