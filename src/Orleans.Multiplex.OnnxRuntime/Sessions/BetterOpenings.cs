using System.Runtime.CompilerServices;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Sessions;

/// <summary>
/// Has versions prepared that are asked for more than once, be it over several residencies; and finds, for one that is open in place, the faster way to open
/// it: the prepared form, or as a whole where it cannot be prepared.
/// </summary>
/// <param name="file">The name of the model's file.</param>
/// <param name="sessions">Makes sessions.</param>
/// <param name="prepared">Prepared forms of models.</param>
/// <param name="preparations">Has models prepared.</param>
/// <param name="time">The clock.</param>
/// <param name="check">Tries models; null where all are trusted.</param>
/// <param name="logger">The log.</param>
internal sealed partial class BetterOpenings(
    string file, OnnxSessions sessions, PreparedModels prepared, PreparationQueue preparations, TimeProvider time, ModelCheck? check, ILogger logger)
{
    private const int WantedRuns = 2;
    private const int MaxRemembered = 10_000;
    private const int MostDoublings = 6;

    /// <summary>After so long it is looked for again what was not to be had, and after twice as long each further time.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private readonly ConcurrentLru<string, StrongBox<int>> _runs = new(MaxRemembered);

    /// <summary>Follows a session of an original.</summary>
    public Search Follow(ModelArtifact artifact) => new(this, artifact);

    private bool IsWanted(ModelArtifact artifact) =>
        Interlocked.Increment(ref _runs.GetOrAdd(artifact.Contents?.Version ?? artifact.GetPath(file), static _ => new()).Value) >= WantedRuns;

    // It is told in the middle of a request, whose context must not flow here.
    private void Start(Search search)
    {
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => FindAsync(search));
        }
    }

    private async Task FindAsync(Search search)
    {
        var isSettled = false;
        try
        {
            isSettled = await TryFindAsync(search);
        }
#pragma warning disable CA1031 // The model answers as before, whatever it is.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogNotFound(search.Artifact.Id, fault.Message);
        }

        if (!isSettled)
        {
            await AgainAsync(search);
        }
    }

    private async Task AgainAsync(Search search)
    {
        await Task.Delay(Pause * (1 << Math.Min(search.Tries++, MostDoublings)), time);
        search.End();
    }

    /// <summary>Whether there is no more to look for.</summary>
    private async Task<bool> TryFindAsync(Search search)
    {
        var outcome = await preparations.PrepareAsync(search.Artifact, file);
        if (search.Session is not { } session)
        {
            return outcome.Model is not null || outcome.IsFinal;
        }

        if ((FindPrepared(search.Artifact) ?? await FindWholeAsync(search.Artifact, outcome)) is not { } next)
        {
            return outcome.IsHarmful;
        }

        session.Offer(next, () => _ = AgainAsync(search));
        return true;
    }

    // As another process may have written it, it is read once before it is believed.
    private NextOpening? FindPrepared(ModelArtifact artifact) => prepared.Find(artifact, file) is not { } model ? null : new NextOpening(
        new Reopening("prepared", model.GetMemory(model.Opening), IsOfSameFile: false),
        Enough: 0,
        () => prepared.IsUsable(model),
        token => sessions.TryOpenPrepared(artifact, model, token) ?? throw new ModelLoadFailedException(artifact.Id, "its prepared form cannot be opened"));

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
                ? new TriedOriginal(new ModelMemory(sessions.Estimate(artifact, isWhole: true, CancellationToken.None).EstimatedBytes), IsInPlace: false)
                : await check.TryWholeAsync(artifact, file);
        }

        return tried is null ? null : new NextOpening(
            new Reopening("as a whole", tried.Memory!.Value, IsOfSameFile: false),
            Enough: 0,
            () => File.Exists(artifact.GetPath(file)),
            token =>
            {
                using var held = Hold(artifact);
                return new Opened(sessions.OpenOriginal(artifact, isWhole: true, tried, onAsked: null, token));
            });
    }

    // Else another fetch might write to the same place while it is read.
    private static IDisposable Hold(ModelArtifact artifact) =>
        artifact.Contents?.TryHold() ?? throw new ModelLoadFailedException(artifact.Id, "its files are not in the cache any more");

    /// <summary>The search for a better way than that of one session.</summary>
    public sealed class Search(BetterOpenings openings, ModelArtifact artifact)
    {
        private int _isUnderWay;

        /// <summary>The model.</summary>
        public ModelArtifact Artifact => artifact;

        /// <summary>The session, where it can be opened anew; null where it stays as it is, and only later loads have it better.</summary>
        public ReopenableSession? Session { get; set; }

        /// <summary>How often it was in vain.</summary>
        public int Tries { get; set; }

        /// <summary>The model is asked.</summary>
        public void OnAsked()
        {
            if (Volatile.Read(ref _isUnderWay) == 0 && openings.IsWanted(artifact) && Interlocked.Exchange(ref _isUnderWay, 1) == 0)
            {
                openings.Start(this);
            }
        }

        /// <summary>It has ended in vain: when the model is asked again, it begins anew.</summary>
        public void End() => Volatile.Write(ref _isUnderWay, 0);
    }

    [LoggerMessage(LogEvents.ExecutionIds + 65, LogLevel.Warning, "No faster way to open model '{Model}' could be found, and it goes on as it is: {Reason}")]
    private partial void LogNotFound(string model, string reason);
}
