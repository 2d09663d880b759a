using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Has models opened and run in the worker before the silo opens them, each content once on a machine.</summary>
/// <remarks>
/// <list type="number">
/// <item>A result that is there is taken.</item>
/// <item>Else the model is tried, by one silo of the machine where its digests are known; the others wait for its result, for a while. That goes on to its end whoever waits.</item>
/// <item>What comes out is kept, good or bad, unless it says nothing of the file: that the worker was ended from outside, for instance by a system
/// short of memory, or that the file is refused, which is as soon told again.</item>
/// </list>
/// </remarks>
/// <param name="worker">Tries models.</param>
/// <param name="options">How long they may take.</param>
/// <param name="maxBytes">How many bytes the silo may hold.</param>
/// <param name="logger">The log.</param>
internal sealed partial class ModelCheck(IModelWorker worker, CheckOptions options, Func<long> maxBytes, ILogger logger) : IDisposable
{
    /// <summary>What the worker needs for itself, and for the runs of models beside what they keep.</summary>
    public const long AllowanceBytes = 256L << 20;

    private readonly ILogger _logger = logger;
    private readonly KeptChecks _kept = new(logger);
#pragma warning disable CA2213 // It has no timer and no handle, so there is nothing to dispose; what is under way may look at it for longer than this.
    private readonly CancellationTokenSource _stopping = new();
#pragma warning restore CA2213

    /// <summary>Completes when the results so far are kept.</summary>
    public Task WhenKept => _kept.WhenWritten;

    /// <summary>Starts the worker, so that the first model does not wait for it.</summary>
    public void Start() => worker.Start();

    /// <summary>What is known of a model that was tried; null when it was not, or did harm.</summary>
    public TriedOriginal? FindTried(ModelArtifact artifact, string name) => _kept.Find(artifact, name)?.Tried;

    /// <summary>
    /// Tries a good model as a whole too; the result is kept beside that of its check. Null when that does harm, is refused or cannot be measured.
    /// </summary>
    public async Task<TriedOriginal?> TryWholeAsync(ModelArtifact artifact, string name)
    {
        var result = FindKept(artifact, name, isWhole: true) ?? await TryWholeAnewAsync(artifact, name);
        return result?.Tried is { Memory: not null } tried ? tried : null;
    }

    /// <summary>Makes sure that a model was tried and did no harm.</summary>
    /// <returns>What is known of it.</returns>
    /// <exception cref="ModelLoadFailedException">It did harm, or is refused.</exception>
    /// <exception cref="NoCapacityException">It takes more than the silo may hold.</exception>
    public async ValueTask<TriedOriginal?> ProveAsync(ModelArtifact artifact, string name, CancellationToken cancellationToken)
    {
        var result = FindKept(artifact, name) ?? await Task.Run(() => TryAsync(artifact, name), CancellationToken.None).WaitAsync(cancellationToken);
        return CheckErrors.Of(artifact.Id, result, maxBytes()) is { } error ? throw error : result.Tried;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        worker.Dispose();
    }

    // One that opens a model and runs it takes no longer, but for its place in the line; a second check does no harm.
    private TimeSpan FlightPatience => options.CheckTimeout * 2;

    private CheckResult? FindKept(ModelArtifact artifact, string name, bool isWhole = false) =>
        _kept.Find(artifact, name, isWhole) is { } kept && kept.HoldsFor(GetLimits(artifact, name)) ? kept : null;

    private async Task<CheckResult?> TryWholeAnewAsync(ModelArtifact artifact, string name)
    {
        using var flight = await CheckFlight.EnterAsync(artifact.Contents, FlightPatience, _stopping.Token);
        if (FindKept(artifact, name, isWhole: true) is { } kept)
        {
            return kept;
        }

        var files = ModelFiles.Of(artifact, name);
        var limits = GetLimits(artifact, name);
        var end = await worker.CheckAsync(new WorkerJob(0, JobKind.Check, files.Path, files.Others, IsWhole: true), limits);
        if (SaysNothing(end))
        {
            return null;
        }

        var result = ToResult(end, limits);
        flight.EndWith(_kept.Keep(artifact, name, result, isWhole: true));
        return result;
    }

    private async Task<CheckResult> TryAsync(ModelArtifact artifact, string name)
    {
        using var flight = await CheckFlight.EnterAsync(artifact.Contents, FlightPatience, _stopping.Token);
        if (FindKept(artifact, name) is { } kept)
        {
            return kept;
        }

        var files = ModelFiles.Of(artifact, name);
        var job = new WorkerJob(0, JobKind.Check, files.Path, files.Others);
        var limits = GetLimits(artifact, name);
        var end = await worker.CheckAsync(job, limits);
        if (CheckErrors.IsFromOutside(end))
        {
            LogTriedAgain(artifact.Id, CheckErrors.Describe(end));
            end = await worker.CheckAsync(job, limits);
        }

        // One that is slow in place is no faster as a whole, and all others would wait for it once more.
        if (end.Outcome is JobOutcome.Died or JobOutcome.TooLarge
            && !CheckErrors.IsFromOutside(end)
            && InPlaceRule.IsEligible(files.MeasureBytes()))
        {
            LogTriedWhole(artifact.Id, end.Outcome);
            end = await worker.CheckAsync(job with { IsWhole = true }, limits);
        }

        if (SaysNothing(end))
        {
            throw CheckErrors.NotTried(artifact.Id, end);
        }

        if (end.Answer is { Step: WorkerStep.Refused } refused)
        {
            throw new ModelLoadFailedException(artifact.Id, refused.Reason ?? "it is refused");
        }

        var result = ToResult(end, limits);
        if (result.Verdict != CheckVerdict.Good)
        {
            LogHarmful(artifact.Id, CheckErrors.Of(artifact.Id, result, maxBytes())!.Message);
        }

        flight.EndWith(_kept.Keep(artifact, name, result));
        return result;
    }

    // Of the model.
    private static bool SaysNothing(JobEnd end) => end.Outcome == JobOutcome.NotStarted || CheckErrors.IsFromOutside(end);

    // While it is opened, its files are in memory beside the model that is made of them.
    private JobLimits GetLimits(ModelArtifact artifact, string name)
    {
        var bytes = maxBytes();
        var own = AllowanceBytes + artifact.Files.Select(file => new FileInfo(artifact.GetPath(file))).Sum(static file => file.Exists ? file.Length : 0);
        return new JobLimits(options.CheckTimeout, bytes > long.MaxValue - own ? long.MaxValue : bytes + own);
    }

    private static CheckResult ToResult(JobEnd end, JobLimits limits)
    {
        var verdict = end.Outcome switch
        {
            JobOutcome.TooSlow => CheckVerdict.TooSlow,
            JobOutcome.TooLarge => CheckVerdict.TooLarge,
            JobOutcome.Died => CheckVerdict.Crashed,
            _ when end.Answer is { Step: WorkerStep.Refused } => CheckVerdict.Refused,
            _ => CheckVerdict.Good,
        };
        return new CheckResult(
            verdict,
            end.State == WorkerState.Running,
            end.Opened?.HeapBytes,
            end.Answer?.HeapBytes,
            end.Answer?.MappedBytes,
            verdict == CheckVerdict.Crashed ? CheckErrors.Describe(end) : end.Answer?.Reason,
            end.Answer is { IsInPlace: true },
            limits.Time.TotalSeconds,
            limits.Bytes);
    }

    [LoggerMessage(LogEvents.ExecutionIds + 86, LogLevel.Warning,
        "The worker process was ended from outside ({How}) while it tried model '{Model}', which is tried once more.")]
    private partial void LogTriedAgain(string model, string how);

    [LoggerMessage(LogEvents.ExecutionIds + 88, LogLevel.Warning,
        "Model '{Model}' did not pass its check ({Outcome}) and is tried once more, opened as a whole.")]
    private partial void LogTriedWhole(string model, JobOutcome outcome);

    [LoggerMessage(LogEvents.ExecutionIds + 87, LogLevel.Error, "Model '{Model}' did not pass its check. {Reason}")]
    private partial void LogHarmful(string model, string reason);
}
