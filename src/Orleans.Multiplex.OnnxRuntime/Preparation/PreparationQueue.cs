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
                await PrepareAsync(job, stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task PrepareAsync(Job job, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await TakeTurnAsync(job.Contents, cancellationToken);
            using var files = job.Contents.TryHold();
            if (files is null || PreparedModel.TryRead(job.Folder, out _) || File.Exists(FailureOf(job.Folder)))
            {
                return;
            }

            await PrepareAsync(job, new FileInfo(job.Original).Length, cancellationToken);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Not the model's fault: it is tried again when it is asked for the next time.
            _seen.TryRemove(job.Folder);
            LogNotPrepared(job.Model, fault.Message);
        }
    }

    private async Task PrepareAsync(Job job, long originalBytes, CancellationToken cancellationToken)
    {
        var reserved = originalBytes + SlackBytes;
        if (!await job.Contents.TryReserveAsync(reserved, cancellationToken))
        {
            LogNotPrepared(job.Model, "the cache has no room for it (Multiplex:Cache:MaxBytes)");
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(job.Folder)!);
        Sweep(job.Folder);
        var startedAt = _time.GetTimestamp();
        var outcome = await _preparer.PrepareAsync(job.Original, job.Folder, cancellationToken);
        if (outcome.Model is not { } model)
        {
            if (outcome.IsFinal)
            {
                await File.WriteAllTextAsync(FailureOf(job.Folder), outcome.Reason, cancellationToken);
            }
            else
            {
                _seen.TryRemove(job.Folder);
            }

            LogNotPrepared(job.Model, outcome.Reason!);
            return;
        }

        if (model.DiskBytes > reserved && !await job.Contents.TryReserveAsync(model.DiskBytes - reserved, cancellationToken))
        {
            _models.Drop(job.Model, model, "the cache has no room for it (Multiplex:Cache:MaxBytes)");
            return;
        }

        _models.Trust(model);
        LogPrepared(job.Model, model.Opening, new ByteSize(model.ContentBytes), _time.GetElapsedTime(startedAt).TotalSeconds, model.LoadMilliseconds);
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

    // Whose turn it is finds only what others left that ended in the middle.
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

    [LoggerMessage(LogEvents.ExecutionIds + 63, LogLevel.Information, "Model '{Model}' is not prepared, and goes on as it is: {Reason}")]
    private partial void LogNotPrepared(string model, string reason);
}
