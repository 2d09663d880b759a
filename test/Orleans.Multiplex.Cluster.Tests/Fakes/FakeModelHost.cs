using System.Collections.Concurrent;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What happens to fake models on one silo, and what a test lets them do. One for each silo, from its container.</summary>
public sealed class FakeModelHost
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new();
    private readonly Lock _lock = new();
    private int _live;

    public EventLog Events { get; } = new();

    /// <summary>The models in memory, those being loaded included.</summary>
    public int Live => Volatile.Read(ref _live);

    public int MaxLive { get; private set; }

    /// <summary>The models that were warmed up.</summary>
    public ConcurrentQueue<string> WarmedUp { get; } = new();

    public Func<string, Exception?> FailLoad { get; set; } = _ => null;

    public Func<string, Exception?> FailDispose { get; set; } = _ => null;

    /// <summary>What the models' own code throws when it is told to.</summary>
    public Func<Exception> ErrorOfItsOwn { get; set; } = () => new InvalidOperationException("own");

    public Func<string, long?> Bytes { get; set; } = _ => null;

    /// <summary>What a load does before anything else, on the thread on which it was started.</summary>
    public Action<ModelArtifact> OnLoading { get; set; } = _ => { };

    /// <summary>Whether a load leaves its token alone while it is blocked.</summary>
    public bool IgnoresToken { get; set; }

    public bool ReturnsNull { get; set; }

    /// <summary>Holds the loads of a model until the returned source is completed.</summary>
    public TaskCompletionSource Block(string id) =>
        _gates.GetOrAdd(id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public int CountLoads(string id) => Events.Count($"load {id}");

    internal async Task<FakeModel> LoadAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        var name = artifact.Version is { } version ? $"{artifact.Id}@{version}" : artifact.Id;
        lock (_lock)
        {
            MaxLive = Math.Max(MaxLive, ++_live);
        }

        Events.Add($"load {name}");
        try
        {
            OnLoading(artifact);
            if (_gates.TryGetValue(artifact.Id, out var gate))
            {
                await gate.Task.WaitAsync(IgnoresToken ? CancellationToken.None : cancellationToken);
            }

            if (ReturnsNull)
            {
                Leave();
                return null!;
            }

            return FailLoad(artifact.Id) is { } error ? throw error : new FakeModel(name, this);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    internal void OnDispose(string name)
    {
        Leave();
        Events.Add($"unload {name}");
        if (FailDispose(name) is { } error)
        {
            throw error;
        }
    }

    private void Leave()
    {
        lock (_lock)
        {
            _live--;
        }
    }
}
