using System.Threading.Channels;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Logging;
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

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    private readonly IModelPreparer _preparer;
    private readonly PreparedModels _models;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentLru<string, bool> _seen = new(MaxRemembered);
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

    private sealed record Job(string Model, string Original, string Folder, ArtifactContents Contents);

    /// <summary>A model is asked for more than once. Returns at once; one that is prepared, or cannot be, is passed over.</summary>
    public void Add(ModelArtifact artifact, string file)
    {
        // While its digest is not known it is passed over: it will be asked for again after its next load.
        if (artifact.Contents is { } contents && PreparedModels.FindFolder(contents, file) is { } folder
            && !_seen.TryGet(folder, out _) && _jobs.Writer.TryWrite(new Job(artifact.Id, artifact.GetPath(file), folder, contents)))
        {
            _seen.AddOrUpdate(folder, true);
        }
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
        var isSettled = false;
        try
        {
            using var turn = await TakeTurnAsync(job.Contents, cancellationToken);
            using var files = job.Contents.TryHold();
            isSettled = File.Exists(FailureOf(job.Folder));
            if (files is not null && !isSettled && !PreparedModel.TryRead(job.Folder, out _))
            {
                isSettled = await PrepareAsync(job, new FileInfo(job.Original).Length, cancellationToken);
            }
        }
#pragma warning disable CA1031 // Not the model's fault, and no reason to prepare no other: it is tried again when it is asked for the next time.
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            LogNotPrepared(job.Model, fault.Message);
        }

        // A prepared one that comes to harm, or goes with its content, is prepared again.
        if (!isSettled)
        {
            _seen.TryRemove(job.Folder);
        }
    }

    /// <summary>Prepares a model. True when it came to nothing, and would again.</summary>
    private async Task<bool> PrepareAsync(Job job, long originalBytes, CancellationToken cancellationToken)
    {
        var reserved = originalBytes + SlackBytes;
        if (!await job.Contents.TryReserveAsync(reserved, cancellationToken))
        {
            LogNotPrepared(job.Model, NoRoom);
            return true;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(job.Folder)!);
        Sweep(job.Folder);
        var startedAt = _time.GetTimestamp();
        var outcome = await _preparer.PrepareAsync(job.Original, job.Folder, cancellationToken);
        if (outcome.Model is not { } model)
        {
            Sweep(job.Folder);
            if (!outcome.IsFinal)
            {
                LogPutOff(job.Model, outcome.Reason!);
            }
            else
            {
                LogNotPrepared(job.Model, outcome.Reason!);
                await File.WriteAllTextAsync(FailureOf(job.Folder), outcome.Reason, cancellationToken);
            }

            return outcome.IsFinal;
        }

        if (model.DiskBytes > reserved && !await job.Contents.TryReserveAsync(model.DiskBytes - reserved, cancellationToken))
        {
            _models.Drop(job.Model, model, NoRoom);
            return true;
        }

        _models.Trust(model);
        LogPrepared(job.Model, model.Opening, new ByteSize(model.ContentBytes), _time.GetElapsedTime(startedAt).TotalSeconds, model.LoadMilliseconds);
        return false;
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

    private static string FailureOf(string folder) => $"{folder}.failed";

    [LoggerMessage(LogEvents.ExecutionIds + 62, LogLevel.Information,
        "Prepared model '{Model}' ({Opening}, {Size}) in {Seconds:0.0} s: from its next load on it opens in {LoadMilliseconds:0.0} ms.")]
    private partial void LogPrepared(string model, Opening opening, ByteSize size, double seconds, double loadMilliseconds);

    [LoggerMessage(LogEvents.ExecutionIds + 64, LogLevel.Debug, "The preparation of model '{Model}' is put off until it is asked for after its next load: {Reason}")]
    private partial void LogPutOff(string model, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 63, LogLevel.Information, "Model '{Model}' is not prepared, and goes on as it is: {Reason}")]
    private partial void LogNotPrepared(string model, string reason);
}
