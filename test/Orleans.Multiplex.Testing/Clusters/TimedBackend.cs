using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Testing.Clusters;

/// <summary>A backend whose models only take their time, so that a few cores can show what many machines would do.</summary>
/// <param name="time">The clock.</param>
internal sealed class TimedBackend(TimeProvider time) : IInferenceBackend
{
    public const string FileName = "model.time";

    private const int BytesOfModel = 1 << 20;

    private static readonly ModelSignature Signature = new("timed", [], []);

    public string ModelFileName => FileName;

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) => new(new ModelFacts(Signature, BytesOfModel));

    public async ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var model = TimedModel.Read(artifact.Id, await File.ReadAllTextAsync(artifact.GetPath(FileName), cancellationToken));
        await Task.Delay(model.Opening, time, cancellationToken);
        return new Session(model);
    }

    private sealed class Session(TimedModel model) : IInferenceSession
    {
        public ModelSignature Signature => TimedBackend.Signature;

        public void Check(InferenceRequest request)
        {
        }

        public RunResult Run(InferenceRequest request, CancellationToken cancellationToken)
        {
            cancellationToken.WaitHandle.WaitOne(model.Run);
            return new RunResult([Tensor.Create("done", [1])], default);
        }

        public void Dispose()
        {
        }
    }
}
