using System.Collections.Concurrent;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What happens to fake models on one silo, and what a test lets them do. One for each silo, from its container.</summary>
public sealed class FakeModelHost
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private int _live;

    public ConcurrentQueue<string> Events { get; } = new();

    public int Live => Volatile.Read(ref _live);

    public int MaxLive { get; private set; }

    public Func<string, Exception?> FailLoad { get; set; } = _ => null;

    public Func<string, Exception?> FailDispose { get; set; } = _ => null;

    public Func<string, long?> Bytes { get; set; } = _ => null;

    /// <summary>Raised when a load has begun, before it waits at its gate.</summary>
    public Action<string> OnLoading { get; set; } = _ => { };

    /// <summary>Holds the loads of a model until the returned source is completed.</summary>
    public TaskCompletionSource Block(string id) =>
        _gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public int CountLoads(string id) => Events.Count(one => one == $"load {id}");

    internal async Task<FakeModel> LoadAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        Events.Enqueue($"load {artifact.Id}");
        lock (Events)
        {
            MaxLive = Math.Max(MaxLive, ++_live);
        }

        try
        {
            OnLoading(artifact.Id);
            if (_gates.TryGetValue(artifact.Id, out var gate))
            {
                await gate.Task.WaitAsync(cancellationToken);
            }

            return FailLoad(artifact.Id) is { } error ? throw error : new FakeModel(artifact.Id, artifact.Version, this);
        }
        catch
        {
            Interlocked.Decrement(ref _live);
            throw;
        }
    }

    internal void OnDispose(string id)
    {
        Interlocked.Decrement(ref _live);
        Events.Enqueue($"unload {id}");
        if (FailDispose(id) is { } error)
        {
            throw error;
        }
    }
}

/// <summary>A model that notices when it is used after its disposal, or disposed while in use or twice.</summary>
public sealed class FakeModel(string id, long? version, FakeModelHost host) : IAsyncDisposable
{
    private int _users;
    private int _disposals;

    public long? Version => version;

    public async Task<string> UseAsync(Func<Task> during)
    {
        Begin();
        await during();
        End();
        return id;
    }

    public string Use()
    {
        Begin();
        End();
        return id;
    }

    public void Begin()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposals) > 0, this);
        Interlocked.Increment(ref _users);
    }

    public void End()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposals) > 0, this);
        Interlocked.Decrement(ref _users);
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Increment(ref _disposals) > 1)
        {
            host.Events.Enqueue($"disposed twice {id}");
        }

        if (Volatile.Read(ref _users) > 0)
        {
            host.Events.Enqueue($"disposed in use {id}");
        }

        host.OnDispose(id);
        return ValueTask.CompletedTask;
    }
}

public interface IFakeGrain : IGrainWithStringKey
{
    Task<string> CallAsync(CancellationToken cancellationToken = default);

    Task<string> WhereAsync();

    Task<string> RunOnThreadAsync();

    Task<string> WaitAsync(string gate, CancellationToken cancellationToken = default);

    Task<string> ReadContextAsync(string? downstream, bool flow);

    IAsyncEnumerable<string> StreamAsync(int count, string gate, CancellationToken cancellationToken = default);

    Task<string> UseAfterCallAsync();
}

public interface IContextReader : IGrainWithIntegerKey
{
    Task<string> ReadAsync();
}

public sealed class ContextReader : Grain, IContextReader
{
    public Task<string> ReadAsync() => Task.FromResult(MultiplexContext.ModelId);
}

[Multiplexed(MaxModelsPerSilo = 2, Pool = "Fake")]
public sealed class FakeGrain(FakeModelHost host, FakeGates gates, ILocalSiloDetails silo, IGrainFactory grains)
    : MultiplexedGrain<FakeModel>, IFakeGrain
{
    public Task<string> CallAsync(CancellationToken cancellationToken) => Task.FromResult(Model.Use());

    public Task<string> WhereAsync()
    {
        Model.Use();
        return Task.FromResult(silo.Name);
    }

    public async Task<string> RunOnThreadAsync()
    {
        var id = await RunAsync(model => $"{model.Use()} {Thread.CurrentThread.Name} {MultiplexContext.ModelId}");
        return id;
    }

    public Task<string> WaitAsync(string gate, CancellationToken cancellationToken) =>
        Model.UseAsync(() => gates.ArriveAsync(gate, cancellationToken));

    public async Task<string> ReadContextAsync(string? downstream, bool flow)
    {
        var before = MultiplexContext.ModelId;
        using var flowing = flow ? MultiplexContext.Flow() : null;
        var below = downstream is null
            ? await grains.GetGrain<IContextReader>(0).ReadAsync()
            : await grains.GetGrain<IFakeGrain>(downstream).ReadContextAsync(null, flow: false);
        return $"{before}>{below}>{MultiplexContext.ModelId}";
    }

    public async IAsyncEnumerable<string> StreamAsync(
        int count, string gate, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Model.Begin();
        try
        {
            for (var i = 0; i < count; i++)
            {
                yield return $"{MultiplexContext.ModelId}:{i}";
                await gates.ArriveAsync(gate, cancellationToken);
            }
        }
        finally
        {
            Model.End();
        }
    }

    public Task<string> UseAfterCallAsync() => Task.FromResult(Model.Use());

    protected override Task<FakeModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        host.LoadAsync(artifact, cancellationToken);

    protected override ValueTask<long?> MeasureAsync(FakeModel model, CancellationToken cancellationToken) =>
        new(host.Bytes(ModelId));
}

/// <summary>Places at which calls wait until a test opens them; a test learns that a call has arrived. Shared by the silos of a cluster.</summary>
public sealed class FakeGates
{
    private readonly ConcurrentDictionary<string, Gate> _gates = new();

    public async Task ArriveAsync(string name, CancellationToken cancellationToken)
    {
        var gate = Get(name);
        gate.Arrived.Release();
        await gate.Opened.Task.WaitAsync(cancellationToken);
    }

    public Task WaitForArrivalAsync(string name) => Get(name).Arrived.WaitAsync(TestContext.Current.CancellationToken);

    public void Open(string name) => Get(name).Opened.TrySetResult();

    private Gate Get(string name) => _gates.GetOrAdd(name, _ => new Gate());

    private sealed class Gate
    {
        public SemaphoreSlim Arrived { get; } = new(0);

        public TaskCompletionSource Opened { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
