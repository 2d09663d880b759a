using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;
using Orleans.Multiplex.OnnxRuntime;
using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Sharing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>What a silo has to check models: a worker that is a real process, and the results that are kept in a folder of the machine.</summary>
internal sealed class CheckingSilo : IAsyncDisposable
{
    public const string ModelFile = "model.onnx";
    public const long QuotaBytes = 64L << 20;

    private readonly TestBackend _backend;

    /// <param name="machine">The machine's folder, which several silos may share.</param>
    /// <param name="timeout">How long each step may take.</param>
    /// <param name="quotaBytes">What the silo may hold.</param>
    /// <param name="fault">What its worker does not survive (<see cref="FaultyWorker"/>); null for nothing.</param>
    /// <param name="shares">Whether it shares the worker with the other silos of the machine that do.</param>
    /// <param name="time">The clock by which it looks for those.</param>
    /// <param name="find">Finds how its worker is started; null for the real one.</param>
    public CheckingSilo(
        TemporaryFolder machine, TimeSpan? timeout = null, long quotaBytes = QuotaBytes, string? fault = null, bool shares = false, TimeProvider? time = null,
        Func<WorkerCommand>? find = null)
    {
        Cache = CacheFolder.Open(machine["cache"]);
        Worker = find is not null ? new ModelWorker(find, TimeProvider.System, Log) : fault is null ? CreateWorker(Log) : FaultyWorker.Create(machine["worker"], fault, Log);
        Place = new WorkerPlace(Cache);
        Shared = new MachineWorker(Worker, Place, time ?? TimeProvider.System, Log);
        Check = new ModelCheck(shares ? Shared : Worker, new CheckOptions { CheckTimeout = timeout ?? TimeSpan.FromSeconds(30) }, () => quotaBytes, Log);
        _backend = new TestBackend(check: Check);
    }

    public RecordedLog Log { get; } = new();

    public CacheFolder Cache { get; }

    /// <summary>Its own worker.</summary>
    public ModelWorker Worker { get; }

    /// <summary>The worker of the machine, as it sees it.</summary>
    public MachineWorker Shared { get; }

    public WorkerPlace Place { get; }

    public ModelCheck Check { get; }

    public OnnxBackend Backend => _backend.Backend;

    /// <summary>How many worker processes it has started.</summary>
    public int Started => Log.Messages.Count(static message => message.StartsWith("Started worker process", StringComparison.Ordinal));

    public static ModelWorker CreateWorker(ILogger log, TimeProvider? time = null) =>
        new(static () => WorkerCommand.Find(out var fault) ?? throw new InvalidOperationException(fault), time ?? TimeProvider.System, log);

    /// <summary>A version in a folder of its own.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Its files.</param>
    /// <param name="digests">When its digests are known; at once when it is left out, and never when it is null.</param>
    public ModelArtifact Put(string folder, (string Name, byte[] Content)[] files, Func<ImmutableDictionary<string, string>, Task<ImmutableDictionary<string, string>?>>? digests = null)
    {
        foreach (var (name, content) in files)
        {
            var path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, content);
        }

        return Describe(folder, files, digests ?? (static known => Task.FromResult<ImmutableDictionary<string, string>?>(known)));
    }

    public ModelArtifact Put(string folder, byte[] model) => Put(folder, [(ModelFile, model)]);

    public Task<long?> ProveAsync(ModelArtifact artifact) => Backend.ProveAsync(artifact, TestContext.Current.CancellationToken).Soon();

    public async ValueTask DisposeAsync()
    {
        Check.Dispose();
        Shared.Dispose();
        await Check.WhenKept.Soon();
        await _backend.DisposeAsync();
    }

    private ModelArtifact Describe(
        string folder, (string Name, byte[] Content)[] files, Func<ImmutableDictionary<string, string>, Task<ImmutableDictionary<string, string>?>> digests) => new(
        "m", 1, files.ToImmutableDictionary(file => file.Name, file => Path.Combine(folder, file.Name), StringComparer.Ordinal))
        {
            Contents = new ArtifactContents(
                Cache,
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder))),
                digests(files.ToImmutableDictionary(file => file.Name, file => Convert.ToHexStringLower(SHA256.HashData(file.Content)), StringComparer.Ordinal)),
                static () => new MemoryStream(),
                static _ => { },
                static (_, _) => new(true)),
        };
}
