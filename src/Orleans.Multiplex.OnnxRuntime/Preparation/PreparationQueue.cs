using System.Threading.Channels;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>
/// Has models prepared that are asked for more than once: later, one after the other on this machine, and each content once. One that cannot be
/// prepared is remembered beside its content; the original goes on serving.
/// </summary>
internal sealed partial class PreparationQueue : IDisposable, IAsyncDisposable
{
    private const int MaxWaiting = 1000;
    private const int MaxRemembered = 10_000;

    // A prepared model has about the length of its original.
    private const long SlackBytes = 64 * 1024;

    private const string NoRoom = "the cache has no room for it (Multiplex:Cache:MaxBytes)";

    // Twice as long after each further time that something else came first.
    private static readonly TimeSpan PutOffPause = TimeSpan.FromSeconds(10);
    private const int MostDoublings = 6;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IModelPreparer _preparer;
    private readonly PreparedModels _models;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentLru<string, Job> _seen = new(MaxRemembered);
    private readonly Channel<Job> _jobs = Channel.CreateBounded<Job>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _working;

    public PreparationQueue(IModelPreparer preparer, PreparedModels models, TimeProvider time, ILoggerFactory loggers)
    {
        _preparer = preparer;
        _models = models;
        _time = time;
        _logger = loggers.CreateLogger(LogEvents.Execution);
        var stopping = _stopping.Token;
        _working = Task.Run(() => WorkAsync(stopping), CancellationToken.None);
    }

    private sealed record Job(string Model, ModelFiles Original, string Folder, ArtifactContents Contents)
    {
        private int _isBegun;

        public TaskCompletionSource<PreparationOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Tries { get; set; }

        /// <summary>Whether the caller is the one to queue it.</summary>
        public bool TryBegin() => Interlocked.Exchange(ref _isBegun, 1) == 0;
    }

    /// <summary>Has a model prepared that is asked for more than once; one that is prepared, or cannot be, is passed over.</summary>
    /// <returns>What becomes of it; never when the silo stops before.</returns>
    public async Task<PreparationOutcome> PrepareAsync(ModelArtifact artifact, string file)
    {
        if (artifact.Contents is not { } contents)
        {
            return PreparationOutcome.NotNow("its files are not in the cache");
        }

        // It comes soon after the file.
        await contents.WhenKnown;
        if (PreparedModels.FindFolder(contents, file) is not { } folder)
        {
            return PreparationOutcome.NotNow("its digest is not known");
        }

        var job = _seen.GetOrAdd(folder, _ => new Job(artifact.Id, ModelFiles.Of(artifact, file), folder, contents));
        if (job.TryBegin() && !_jobs.Writer.TryWrite(job))
        {
            End(job, PreparationOutcome.NotNow("too many wait"));
        }

        return await job.Outcome.Task;
    }

    /// <summary>Ends what is under way, without waiting for it.</summary>
    public void Dispose()
    {
        if (_jobs.Writer.TryComplete())
        {
            _stopping.Cancel();
            _stopping.Dispose();
        }
    }

    /// <summary>Ends what is under way, and waits until it has.</summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await _working;
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var job in _jobs.Reader.ReadAllAsync(stopping))
            {
                await PrepareNextAsync(job, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task PrepareNextAsync(Job job, CancellationToken cancellationToken)
    {
        PreparationOutcome outcome;
        try
        {
            using var turn = await TakeTurnAsync(job.Contents, cancellationToken);
            using var files = job.Contents.TryHold();
            outcome = files is null ? PreparationOutcome.NotNow("its files are gone")
                : PreparationFailure.Find(job.Folder) is { } failure && failure.HoldsFor(_preparer.GetLimitBytes(job.Original)) ? PreparationOutcome.Failed(failure.Reason, failure.IsHarmful)
                : PreparedModel.TryRead(job.Folder, out var model) ? PreparationOutcome.Of(model)
                : await PrepareAsync(job, cancellationToken);
        }
#pragma warning disable CA1031 // Not the model's fault, and no reason to prepare no other: it is tried again when it is asked for the next time.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotPrepared(job.Model, fault.Message);
            outcome = PreparationOutcome.NotNow(fault.Message);
        }

        if (outcome.IsPutOff)
        {
            _ = PutOffAsync(job, outcome, cancellationToken);
        }
        else
        {
            End(job, outcome);
        }
    }

    private async Task PutOffAsync(Job job, PreparationOutcome outcome, CancellationToken stopping)
    {
        LogPutOff(job.Model, outcome.Reason!);
        await Task.Delay(PutOffPause * (1 << Math.Min(job.Tries++, MostDoublings)), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested && !_jobs.Writer.TryWrite(job))
        {
            End(job, PreparationOutcome.NotNow("too many wait"));
        }
    }

    // A prepared one that comes to harm, or goes with its content, is prepared again.
    private void End(Job job, PreparationOutcome outcome)
    {
        if (outcome.Model is not null || !outcome.IsFinal)
        {
            _seen.TryRemove(job.Folder);
        }

        job.Outcome.TrySetResult(outcome);
    }

    private async Task<PreparationOutcome> PrepareAsync(Job job, CancellationToken cancellationToken)
    {
        var facts = OriginalOpening.Inspect(job.Original, cancellationToken);
        if (PreparationRule.FindObstacle(facts) is { } obstacle)
        {
            return Remember(job, PreparationOutcome.Failed(obstacle, isHarmful: true));
        }

        var reserved = facts.ContentBytes + SlackBytes;
        if (!await job.Contents.TryReserveAsync(reserved, cancellationToken))
        {
            LogNotPrepared(job.Model, NoRoom);
            return PreparationOutcome.NotNow(NoRoom);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(job.Folder)!);
        Sweep(job.Folder);
        var startedAt = _time.GetTimestamp();
        var outcome = await _preparer.PrepareAsync(job.Original, job.Folder, cancellationToken);
        if (outcome.Model is not { } model)
        {
            Sweep(job.Folder);
            return outcome.IsFinal ? Remember(job, outcome) : outcome;
        }

        if (model.DiskBytes > reserved && !await job.Contents.TryReserveAsync(model.DiskBytes - reserved, cancellationToken))
        {
            _models.Drop(job.Model, model, NoRoom);
            return PreparationOutcome.NotNow(NoRoom);
        }

        _models.Trust(model);
        LogPrepared(job.Model, model.Opening, new ByteSize(model.ContentBytes), _time.GetElapsedTime(startedAt).TotalSeconds, model.LoadMilliseconds);
        return outcome;
    }

    private PreparationOutcome Remember(Job job, PreparationOutcome outcome)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(job.Folder)!);
        new PreparationFailure(outcome.Reason!, outcome.IsHarmful, outcome.LimitBytes).Write(job.Folder);
        LogNotPrepared(job.Model, outcome.Reason!);
        return outcome;
    }

    // Other silos of this machine have the same turn; they are waited for on no clock but the real one.
    private static async Task<FileLock> TakeTurnAsync(ArtifactContents contents, CancellationToken cancellationToken)
    {
        while (true)
        {
#pragma warning disable CA2000 // The caller owns it.
            if (FileLock.TryTake(contents.GetLock("preparing"), create: true) is { } turn)
#pragma warning restore CA2000
            {
                return turn;
            }

            await Task.Delay(LookInterval, TimeProvider.System, cancellationToken);
        }
    }

    // Whose turn it is finds only what processes left that ended in the middle, a worker that was ended among them.
    private static void Sweep(string folder)
    {
        foreach (var left in Directory.EnumerateDirectories(Path.GetDirectoryName(folder)!, $"{Path.GetFileName(folder)}.*.tmp").ToList())
        {
            Directory.Delete(left, recursive: true);
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 62, LogLevel.Information,
        "Prepared model '{Model}' ({Opening}, {Size}) in {Seconds:0.0} s: from now on it opens in {LoadMilliseconds:0.0} ms.")]
    private partial void LogPrepared(string model, Opening opening, ByteSize size, double seconds, double loadMilliseconds);

    [LoggerMessage(LogEvents.ExecutionIds + 64, LogLevel.Debug, "The preparation of model '{Model}' is put off: {Reason}")]
    private partial void LogPutOff(string model, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 63, LogLevel.Information, "Model '{Model}' is not prepared, and goes on as it is: {Reason}")]
    private partial void LogNotPrepared(string model, string reason);
}
