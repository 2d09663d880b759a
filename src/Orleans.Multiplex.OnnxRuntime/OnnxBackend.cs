using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime;

/// <summary>Opens ONNX models with ONNX Runtime.</summary>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="preparations">Has models prepared.</param>
/// <param name="trimmer">Gives freed memory back.</param>
/// <param name="loggers">The logs.</param>
/// <param name="time">The clock.</param>
/// <param name="check">Tries models before they are opened; null where all are trusted.</param>
internal sealed class OnnxBackend(
    PreparedModels prepared, PreparationQueue preparations, HeapTrimmer trimmer, ILoggerFactory loggers, TimeProvider time, ModelCheck? check = null)
    : IInferenceBackend
{
    private const int MaxRemembered = 10_000;

    // What the originals say, by their content: a scan of a large one takes as long as to open a small one.
    private readonly ConcurrentLru<string, ModelFacts> _facts = new(MaxRemembered);
    private readonly ILogger _logger = loggers.CreateLogger(LogEvents.Execution);

    public string ModelFileName => "model.onnx";

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
        var memory = await check.ProveAsync(artifact, ModelFileName, cancellationToken);
        return PreparedModels.IsThere(artifact, ModelFileName) ? null : memory?.HeapBytes;
    }

    public ValueTask<IInferenceSession> OpenAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = artifact.GetPath(ModelFileName);
        NativeEnvironment.Start(_logger);
        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            return new(TryOpenPrepared(artifact, cancellationToken)
                ?? Load(artifact, path, () => OriginalOpening.Open(
                    artifact.Id,
                    ModelFiles.Of(artifact, ModelFileName),
                    check?.FindMeasured(artifact, ModelFileName),
                    new SessionHooks(() => preparations.Add(artifact, ModelFileName), trimmer.Freed),
                    time,
                    cancellationToken)));
#pragma warning restore CA2000
        }
        catch (ModelLoadFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private ModelFacts InspectOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var facts = ReadOriginal(artifact, cancellationToken);
        return check?.FindMeasured(artifact, ModelFileName) is { } memory
            ? facts with { EstimatedBytes = memory.HeapBytes, MappedBytes = memory.MappedBytes }
            : facts;
    }

    private ModelFacts ReadOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var digest = artifact.Contents?.FindDigest(ModelFileName);
        if (digest is not null && _facts.TryGet(digest, out var known))
        {
            return known;
        }

        var path = artifact.GetPath(ModelFileName);
        var facts = Load(artifact, path, () => OriginalOpening.Inspect(ModelFiles.Of(artifact, ModelFileName), cancellationToken).Model);
        if (digest is not null)
        {
            _facts.AddOrUpdate(digest, facts);
        }

        return facts;
    }

    private IInferenceSession? TryOpenPrepared(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        if (prepared.Find(artifact, ModelFileName) is not { } model)
        {
            return null;
        }

        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            var session = Open(model.Opening, cancellationToken);
            return model.Openings.Length == 1 ? session : new PackingSession(session, model.GetMemory(Opening.Mapped), token => Load(artifact, model.Path, () => Open(Opening.Mapped, token)));
#pragma warning restore CA2000
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && (exception is IOException or UnauthorizedAccessException || NativeError.Is(exception)))
        {
            prepared.Drop(artifact.Id, model, NativeError.Describe(exception, model.Folder));
            return null;
        }

        OnnxSession Open(Opening opening, CancellationToken token) =>
            PreparedOpening.Open(artifact.Id, model, opening, new SessionHooks(OnFreed: trimmer.Freed), time, token);
    }

    private static T Load<T>(ModelArtifact artifact, string path, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelLoadFailedException(artifact.Id, $"its file cannot be read: {NativeError.Describe(exception, path)}");
        }
        catch (InvalidDataException exception)
        {
            throw new ModelLoadFailedException(artifact.Id, exception.Message);
        }
        catch (Exception exception) when (NativeError.Is(exception))
        {
            throw new ModelLoadFailedException(artifact.Id, NativeError.Describe(exception, path));
        }
    }
}
