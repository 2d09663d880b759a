using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Opens ONNX models with ONNX Runtime.</summary>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="preparations">Has models prepared.</param>
/// <param name="hooks">Who is told of what happens to each session.</param>
/// <param name="loggers">The logs.</param>
/// <param name="time">The clock.</param>
/// <param name="check">Tries models before they are opened; null where all are trusted.</param>
internal sealed class OnnxBackend(
    PreparedModels prepared, PreparationQueue preparations, SessionHooks hooks, ILoggerFactory loggers, TimeProvider time, ModelCheck? check = null)
    : IInferenceBackend, IModelForms
{
    private const string FileName = "model.onnx";
    private const int MaxRemembered = 10_000;

    // What the originals say, by the contents of their files: a scan of a large one takes as long as to open a small one.
    private readonly ConcurrentLru<string, ModelFacts> _facts = new(MaxRemembered);
    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);
    private readonly ModelOpening _opening = CreateOpening(prepared, preparations, hooks, loggers.CreateLogger(LogEvents.Execution), time, check);

    public string ModelFileName => FileName;

    public bool TriesModels => check is not null;

    public ValueTask<ModelFacts> InspectAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        // It reads a file, and its caller may be a grain, where nothing may block.
        new(Task.Run(() => prepared.Find(artifact, ModelFileName)?.Facts ?? InspectOriginal(artifact, cancellationToken), cancellationToken));

    public async ValueTask<long?> ProveAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        if (check is null)
        {
            return null;
        }

        // Measured is the original; a prepared form takes something else, as its record says.
        var tried = await check.ProveAsync(artifact, ModelFileName, cancellationToken);
        return FindForm(artifact) is not null ? null : tried?.Memory?.HeapBytes;
    }

    public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        NativeEnvironment.Start(_logger);
        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            return new(_opening.Open(artifact, cancellationToken));
#pragma warning restore CA2000
        }
        catch (ModelLoadFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public string? FindForm(ModelArtifact artifact) => prepared.FindName(artifact, ModelFileName);

    public void GiveUpForm(ModelArtifact artifact) => prepared.GiveUp(artifact, ModelFileName);

    private static ModelOpening CreateOpening(
        PreparedModels prepared, PreparationQueue preparations, SessionHooks hooks, ILogger logger, TimeProvider time, ModelCheck? check)
    {
        var sessions = new OnnxSessions(FileName, prepared, hooks, time);
        return new(FileName, sessions, prepared, new BetterOpenings(FileName, sessions, prepared, preparations, time, check, logger), check);
    }

    private ModelFacts InspectOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var facts = EstimateOriginal(artifact, cancellationToken);
        return check?.FindTried(artifact, ModelFileName)?.Memory is { } measured
            ? facts with { EstimatedBytes = measured.HeapBytes, MappedBytes = measured.MappedBytes }
            : facts;
    }

    private ModelFacts EstimateOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var contents = artifact.Contents?.Digests is { } digests ? ContentKey.Of(digests) : null;
        if (contents is not null && _facts.TryGet(contents, out var known))
        {
            return known;
        }

        var facts = _opening.Estimate(artifact, cancellationToken);
        if (contents is not null)
        {
            _facts.AddOrUpdate(contents, facts);
        }

        return facts;
    }
}
