using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Memory;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Opens models in the way that opens fastest: the prepared form where there is one, else the original, in place where that can be.</summary>
/// <param name="file">The name of the model's file.</param>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="preparations">Has models prepared.</param>
/// <param name="trimmer">Gives freed memory back.</param>
/// <param name="time">The clock of runs.</param>
/// <param name="check">Knows what models were measured to take; null where none is.</param>
internal sealed class ModelOpening(
    string file, PreparedModels prepared, PreparationQueue preparations, HeapTrimmer trimmer, TimeProvider time, ModelCheck? check)
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelLoadFailedException">It cannot be opened.</exception>
    public IInferenceSession Open(ModelArtifact artifact, CancellationToken cancellationToken) =>
        TryOpenPrepared(artifact, cancellationToken) ?? OpenOriginal(artifact, cancellationToken);

    /// <summary>What an original takes and gives, and what it is estimated to take when it is opened here.</summary>
    /// <exception cref="ModelLoadFailedException">It is broken or refused.</exception>
    public ModelFacts Estimate(ModelArtifact artifact, CancellationToken cancellationToken) =>
        Estimate(artifact, MustBeWhole(artifact, check?.FindMeasured(artifact, file)), cancellationToken);

    private ModelFacts Estimate(ModelArtifact artifact, bool isWhole, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Estimate(ModelFiles.Of(artifact, file), isWhole, cancellationToken));

    private IInferenceSession OpenOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var measured = check?.FindMeasured(artifact, file);
        ReopenableSession? reopenable = null;
        var hooks = new SessionHooks(() => _ = PrepareAsync(artifact, reopenable), trimmer.Freed);
#pragma warning disable CA2000 // The caller owns the session.
        var session = ReadOriginal(artifact, MustBeWhole(artifact, measured), measured, hooks, cancellationToken);
#pragma warning restore CA2000
        if (!session.IsInPlace)
        {
            return session;
        }

        reopenable = new ReopenableSession(new Opened(session));
        return reopenable;
    }

    private OnnxSession ReadOriginal(
        ModelArtifact artifact, bool isWhole, MeasuredOriginal? measured, SessionHooks hooks, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Open(
            artifact.Id, ModelFiles.Of(artifact, file), isWhole, measured, hooks, time, cancellationToken));

    /// <summary>Has a model prepared, and one that is open in place opened so; where it cannot be prepared, as a whole.</summary>
    private async Task PrepareAsync(ModelArtifact artifact, ReopenableSession? session)
    {
        var outcome = await preparations.Add(artifact, file);
        if (session is not null && FindNext(artifact, outcome) is { } next)
        {
            session.Offer(next);
        }
    }

    private NextOpening? FindNext(ModelArtifact artifact, PreparationOutcome outcome)
    {
        if (outcome.Model is { } model)
        {
            return new NextOpening(
                new Reopening("prepared", model.GetMemory(model.Opening), IsOfSameFile: false),
                Enough: 0,
                token => Load(artifact, model.Path, () => OpenPrepared(artifact, model, token)));
        }

        // As a whole it was opened where that harmed nobody; or that is not asked for.
        if (!outcome.IsFinal || (outcome.WholeHeapBytes is null && check is not null))
        {
            return null;
        }

        var memory = new ModelMemory(outcome.WholeHeapBytes ?? Estimate(artifact, isWhole: true, CancellationToken.None).EstimatedBytes);
        return new NextOpening(
            new Reopening("as a whole", memory, IsOfSameFile: false),
            Enough: 0,
            token => new Opened(ReadOriginal(
                artifact, isWhole: true, new MeasuredOriginal(memory, IsInPlace: false), new SessionHooks(OnFreed: trimmer.Freed), token)));
    }

    private IInferenceSession? TryOpenPrepared(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        if (prepared.Find(artifact, file) is not { } model)
        {
            return null;
        }

        try
        {
#pragma warning disable CA2000 // The caller owns the session.
            var opened = OpenPrepared(artifact, model, cancellationToken);
            return opened.Next is null ? opened.Session : new ReopenableSession(opened);
#pragma warning restore CA2000
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
            PreparedOpening.Open(artifact.Id, model, opening, new SessionHooks(OnFreed: trimmer.Freed), time, token);
    }

    // What is mapped must not change, and only the cache's files are sure not to.
    private static bool MustBeWhole(ModelArtifact artifact, MeasuredOriginal? measured) => artifact.Contents is null || measured is { IsInPlace: false };

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
