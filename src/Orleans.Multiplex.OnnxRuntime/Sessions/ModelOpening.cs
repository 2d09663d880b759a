using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Opens models in the way that opens fastest: the prepared form where there is one, else the original, in place where that can be.</summary>
/// <param name="file">The name of the model's file.</param>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="preparations">Has models prepared.</param>
/// <param name="hooks">Who is told of what happens to each session.</param>
/// <param name="time">The clock of runs.</param>
/// <param name="check">Tries models; null where all are trusted.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ModelOpening(
    string file, PreparedModels prepared, PreparationQueue preparations, SessionHooks hooks, TimeProvider time, ModelCheck? check, ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelLoadFailedException">It cannot be opened.</exception>
    public IInferenceSession Open(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        if (prepared.Find(artifact, file) is { } model && TryOpenPrepared(artifact, model, cancellationToken) is { } opened)
        {
            return opened.Next is null ? opened.Session : new ReopenableSession(opened);
        }

        return OpenOriginal(artifact, cancellationToken);
    }

    /// <summary>What an original takes and gives, and what it is estimated to take when it is opened here.</summary>
    /// <exception cref="ModelLoadFailedException">It is broken or refused.</exception>
    public ModelFacts Estimate(ModelArtifact artifact, CancellationToken cancellationToken) =>
        Estimate(artifact, MustBeWhole(artifact, check?.FindTried(artifact, file)), cancellationToken);

    private ModelFacts Estimate(ModelArtifact artifact, bool isWhole, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Estimate(ModelFiles.Of(artifact, file), isWhole, cancellationToken));

    private IInferenceSession OpenOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var tried = check?.FindTried(artifact, file);
        ReopenableSession? reopenable = null;
        var wanting = hooks with { OnWanted = () => PrepareInBackground(artifact, reopenable) };
#pragma warning disable CA2000 // The caller owns the session.
        var session = ReadOriginal(artifact, MustBeWhole(artifact, tried), tried, wanting, cancellationToken);
#pragma warning restore CA2000
        if (!session.IsInPlace)
        {
            return session;
        }

        reopenable = new ReopenableSession(new Opened(session));
        return reopenable;
    }

    private OnnxSession ReadOriginal(
        ModelArtifact artifact, bool isWhole, TriedOriginal? tried, SessionHooks told, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Open(
            artifact.Id, ModelFiles.Of(artifact, file), isWhole, tried, told, time, cancellationToken));

    // It is told in the middle of a request, whose context must not flow here.
    private void PrepareInBackground(ModelArtifact artifact, ReopenableSession? session)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => PrepareAsync(artifact, session));
        }
    }

    /// <summary>Has a model prepared, and one that is open in place opened so; where it cannot be prepared, as a whole.</summary>
    private async Task PrepareAsync(ModelArtifact artifact, ReopenableSession? session)
    {
        try
        {
            var outcome = await preparations.PrepareAsync(artifact, file);
            if (session is not null && (FindPrepared(artifact) ?? await FindWholeAsync(artifact, outcome)) is { } next)
            {
                session.Offer(next);
            }
        }
#pragma warning disable CA1031 // The model answers as before, whatever it is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNoBetterWay(artifact.Id, fault.Message);
        }
    }

    // As another process may have written it, it is read once before it is believed.
    private NextOpening? FindPrepared(ModelArtifact artifact) => prepared.Find(artifact, file) is not { } model ? null : new NextOpening(
        new Reopening("prepared", model.GetMemory(model.Opening), IsOfSameFile: false),
        Enough: 0,
        token => TryOpenPrepared(artifact, model, token) ?? throw new ModelLoadFailedException(artifact.Id, "its prepared form cannot be opened"));

    private async Task<NextOpening?> FindWholeAsync(ModelArtifact artifact, PreparationOutcome outcome)
    {
        if (!outcome.IsFinal || outcome.IsHarmful)
        {
            return null;
        }

        TriedOriginal? tried;
        using (Hold(artifact))
        {
            tried = check is null
                ? new TriedOriginal(new ModelMemory(Estimate(artifact, isWhole: true, CancellationToken.None).EstimatedBytes), IsInPlace: false)
                : await check.TryWholeAsync(artifact, file);
        }

        return tried is null ? null : new NextOpening(
            new Reopening("as a whole", tried.Memory!.Value, IsOfSameFile: false),
            Enough: 0,
            token =>
            {
                using var held = Hold(artifact);
                return new Opened(ReadOriginal(artifact, isWhole: true, tried, hooks, token));
            });
    }

    // Else another fetch might write to the same place while it is read.
    private static IDisposable Hold(ModelArtifact artifact) =>
        artifact.Contents?.TryHold() ?? throw new ModelLoadFailedException(artifact.Id, "its files are not in the cache any more");

    private Opened? TryOpenPrepared(ModelArtifact artifact, PreparedModel model, CancellationToken cancellationToken)
    {
        try
        {
            return OpenPrepared(artifact, model, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && (exception is IOException or UnauthorizedAccessException || NativeError.Is(exception)))
        {
            prepared.Drop(artifact.Id, model, NativeError.Describe(exception, model.Folder));
            return null;
        }
    }

    private Opened OpenPrepared(ModelArtifact artifact, PreparedModel model, CancellationToken cancellationToken)
    {
        var next = model.Openings.Length == 1 ? null : new NextOpening(
            new Reopening("packed", model.GetMemory(Opening.Mapped), IsOfSameFile: true),
            PackingRule.Enough,
            token => Load(artifact, model.Path, () => new Opened(Open(Opening.Mapped, token))));
#pragma warning disable CA2000 // The caller owns the session.
        return new Opened(Open(model.Opening, cancellationToken), next);
#pragma warning restore CA2000

        OnnxSession Open(Opening opening, CancellationToken token) =>
            PreparedOpening.Open(artifact.Id, model, opening, hooks, time, token);
    }

    // What is mapped must not change, and only the cache's files are sure not to.
    private static bool MustBeWhole(ModelArtifact artifact, TriedOriginal? tried) => artifact.Contents is null || tried is { IsInPlace: false };

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

    [LoggerMessage(LogEvents.ExecutionIds + 65, LogLevel.Warning, "No faster way to open model '{Model}' could be found, and it goes on as it is: {Reason}")]
    private partial void LogNoBetterWay(string model, string reason);
}
