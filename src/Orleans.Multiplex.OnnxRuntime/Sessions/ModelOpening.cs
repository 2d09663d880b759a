using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// Opens models in the way that opens fastest: the prepared form where there is one, else the original, in place where that can be. Others follow
/// (<see cref="BetterOpenings"/>).
/// </summary>
/// <param name="file">The name of the model's file.</param>
/// <param name="sessions">Makes sessions.</param>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="better">Finds faster ways for what is asked for again.</param>
/// <param name="check">Tries models; null where all are trusted.</param>
internal sealed class ModelOpening(string file, OnnxSessions sessions, PreparedModels prepared, BetterOpenings better, ModelCheck? check)
{
    /// <summary>Opens a model.</summary>
    /// <exception cref="ModelLoadFailedException">It cannot be opened.</exception>
    public IInferenceSession Open(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        if (prepared.Find(artifact, file) is { } model && sessions.TryOpenPrepared(artifact, model, cancellationToken) is { } opened)
        {
            return opened.Next is null ? opened.Session : new ReopenableSession(opened);
        }

        return OpenOriginal(artifact, cancellationToken);
    }

    /// <summary>What an original takes and gives, and what it is estimated to take when it is opened here.</summary>
    /// <exception cref="ModelLoadFailedException">It is broken or refused.</exception>
    public ModelFacts Estimate(ModelArtifact artifact, CancellationToken cancellationToken) =>
        sessions.Estimate(artifact, MustBeWhole(artifact, check?.FindTried(artifact, file)), cancellationToken);

    private IInferenceSession OpenOriginal(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var tried = check?.FindTried(artifact, file);
        var search = better.Follow(artifact);
#pragma warning disable CA2000 // The caller owns the session.
        var session = sessions.OpenOriginal(artifact, MustBeWhole(artifact, tried), tried, search.OnAsked, cancellationToken);
#pragma warning restore CA2000
        if (!session.IsInPlace)
        {
            return session;
        }

        search.Session = new ReopenableSession(new Opened(session));
        return search.Session;
    }

    // What is mapped must not change, and only the cache's files are sure not to.
    private static bool MustBeWhole(ModelArtifact artifact, TriedOriginal? tried) => artifact.Contents is null || tried is { IsInPlace: false };
}
