using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>Makes sessions of models, in each way to open them.</summary>
/// <param name="file">The name of the model's file.</param>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="hooks">Who is told of what happens to each session.</param>
/// <param name="time">The clock of runs.</param>
internal sealed class OnnxSessions(string file, PreparedModels prepared, SessionHooks hooks, TimeProvider time)
{
    /// <summary>What an original takes and gives, and what it is estimated to take when it is opened.</summary>
    /// <exception cref="ModelLoadFailedException">It is broken or refused.</exception>
    public ModelFacts Estimate(ModelArtifact artifact, bool isWhole, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Estimate(ModelFiles.Of(artifact, file), isWhole, cancellationToken));

    /// <summary>Opens an original.</summary>
    /// <param name="artifact">The model.</param>
    /// <param name="isWhole">Whether as a whole in any case.</param>
    /// <param name="tried">What is known of it, where it was tried.</param>
    /// <param name="onAsked">Is told when it is asked; null where nobody is.</param>
    /// <param name="cancellationToken">Ends it at its next step.</param>
    /// <exception cref="ModelLoadFailedException">It is broken or refused.</exception>
    public OnnxSession OpenOriginal(ModelArtifact artifact, bool isWhole, TriedOriginal? tried, Action? onAsked, CancellationToken cancellationToken) =>
        Load(artifact, artifact.GetPath(file), () => OriginalOpening.Open(
            artifact.Id, ModelFiles.Of(artifact, file), isWhole, tried, hooks with { OnAsked = onAsked }, time, cancellationToken));

    /// <summary>Opens the prepared form of a model; null when it cannot be, and then it is not tried again by this process, or not there any more.</summary>
    public Opened? TryOpenPrepared(ModelArtifact artifact, PreparedModel model, CancellationToken cancellationToken)
    {
        try
        {
            return OpenPrepared(artifact, model, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested
            && (exception is IOException or UnauthorizedAccessException || NativeError.Is(exception)))
        {
            prepared.OnNotOpened(artifact.Id, model, NativeError.Describe(exception, model.Folder));
            return null;
        }
    }

    private Opened OpenPrepared(ModelArtifact artifact, PreparedModel model, CancellationToken cancellationToken)
    {
        var next = model.Openings.Length == 1 ? null : new NextOpening(
            new Reopening("packed", model.GetMemory(Opening.Mapped), IsOfSameFile: true),
            PackingRule.Enough,
            () => File.Exists(model.Path),
            token => Load(artifact, model.Path, () => new Opened(Open(Opening.Mapped, token))));
#pragma warning disable CA2000 // The caller owns the session.
        return new Opened(Open(model.Opening, cancellationToken), next);
#pragma warning restore CA2000

        OnnxSession Open(Opening opening, CancellationToken token) => PreparedOpening.Open(artifact.Id, model, opening, hooks, time, token);
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
