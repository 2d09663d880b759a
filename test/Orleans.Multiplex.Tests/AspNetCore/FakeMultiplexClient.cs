using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>The client that the HTTP endpoints call: notes what it is asked for, and answers as told. It echoes inputs unless told.</summary>
internal sealed class FakeMultiplexClient : IMultiplexClient
{
    public delegate Task<InferenceResponse> Infer(
        string modelId, ImmutableArray<ModelValue> inputs, InferenceOptions options, CancellationToken cancellationToken);

    public Infer OnInfer { get; set; } = static (_, inputs, _, _) => Task.FromResult(Answer(inputs));

    public Func<string, ModelDescription> OnDescribe { get; set; } = static model => Describe(model);

    public Func<CancellationToken, Task> BeforeDescribing { get; set; } = static _ => Task.CompletedTask;

    /// <summary>The models whose description was asked for, in order.</summary>
    public ConcurrentQueue<string> Described { get; } = [];

    public Func<string, ModelReport> OnGetModel { get; set; } = static model => Report(model);

    public Func<Task<ImmutableArray<SiloResidency>>> OnGetSilos { get; set; } = static () => Task.FromResult<ImmutableArray<SiloResidency>>([Silo()]);

    public Func<int, ImmutableArray<SiloHistory>> OnGetHistory { get; set; } = static _ => [new SiloHistory("silo-1", [])];

    public Func<string?, int, CancellationToken, Task<ClusterEventPage>> OnGetEvents { get; set; } = static (after, _, _) =>
        Task.FromResult(new ClusterEventPage { Events = [], Position = after ?? "p0", HasMore = false });

    public Func<string?, int, bool, ModelIndexPage> OnGetIndex { get; set; } = static (_, _, _) => new ModelIndexPage([], null);

    public Func<string, string, Task> OnControl { get; set; } = static (_, _) => Task.CompletedTask;

    public ImmutableArray<PinReport> Pins { get; set; } = [];

    public ImmutableArray<QuarantineReport> Quarantine { get; set; } = [];

    /// <summary>What operators asked for, in order.</summary>
    public List<string> Controls { get; } = [];

    public Func<string?, ImmutableArray<ModelStatistics>> OnGetStatistics { get; set; } = static model =>
        [new ModelStatistics { Model = model ?? "iris", Version = 3 }];

    public Func<object> OnGetGrain { get; set; } = static () => throw new InvalidOperationException("No grain is expected.");

    /// <summary>The last request, as the model that it named and what it asked for.</summary>
    public (string Model, ImmutableArray<ModelValue> Inputs, InferenceOptions Options)? Last { get; private set; }

    public int SilosAsked { get; private set; }

    public static InferenceResponse Answer(ImmutableArray<ModelValue> outputs, string silo = "silo-1", bool cold = false) => new()
    {
        Version = 3,
        Outputs = outputs,
        Silo = silo,
        IsCold = cold,
        Timings = default,
    };

    public static ModelDescription Describe(string model) => new()
    {
        Model = model,
        Version = 3,
        Versions = [1, 3],
        Signature = new ModelSignature(
            "onnx_onnxv1",
            [
                new ValueSpec("X", ValueKind.Tensor, TensorType.Float32, [-1, 4], IsOptional: false),
                new ValueSpec("mask", ValueKind.Tensor, TensorType.Bool, default, IsOptional: true),
            ],
            [
                new ValueSpec("label", ValueKind.Tensor, TensorType.Int64, [-1], IsOptional: false),
                new ValueSpec("scores", ValueKind.SequenceOfMaps, TensorType.Float32, default, IsOptional: false, TensorType.String),
            ]),
    };

    public static ModelReport Report(
        string model, ImmutableArray<ModelLocation> locations = default, ImmutableArray<LoadFailureReport> failures = default) => new()
        {
            Model = model,
            Locations = locations.IsDefault ? [] : locations,
            Placements = [],
            Failures = failures.IsDefault ? [] : failures,
        };

    public static ResidentModel Resident(string model, ResidentState state = ResidentState.Ready, TimeSpan? loadTime = null) => new()
    {
        Model = model,
        Version = 3,
        State = state,
        Bytes = 1000,
        Age = TimeSpan.FromSeconds(1.5),
        Hits = 7,
        InFlight = 2,
        LoadTime = loadTime,
    };

    public static SiloResidency Silo(bool draining = false) => new()
    {
        Silo = "silo-1",
        Address = "127.0.0.1:11111",
        MaxBytes = 5000,
        ChargedBytes = 1000,
        IsDraining = draining,
        Cache = new CacheReport(600, 9000, 2, 5, 3, 1),
        Pools =
        [
            new PoolResidency
            {
                Pool = "onnx",
                MaxModels = -1,
                ChargedModels = 2,
                Models = [Resident("iris", loadTime: TimeSpan.FromMilliseconds(12.3456)), Resident("wine", ResidentState.Opening)],
            },
        ],
    };

    public Task<InferenceResponse> InferAsync(
        string modelId, IEnumerable<ModelValue> inputs, InferenceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ImmutableArray<ModelValue> values = [.. inputs];
        Last = (modelId, values, options!);
        return OnInfer(modelId, values, options!, cancellationToken);
    }

    public Task<TResult> CallAsync<TGrain, TResult>(
        string modelId, Func<TGrain, CancellationToken, Task<TResult>> call, InferenceOptions? options = null, CancellationToken cancellationToken = default)
        where TGrain : IGrainWithStringKey
    {
        Last = (modelId, [], options ?? new InferenceOptions());
        return call((TGrain)OnGetGrain(), cancellationToken);
    }

    public async Task<ModelDescription> DescribeAsync(string modelId, CancellationToken cancellationToken = default)
    {
        Described.Enqueue(modelId);
        await BeforeDescribing(cancellationToken);
        return OnDescribe(modelId);
    }

    public Task<ImmutableArray<SiloResidency>> GetSilosAsync(CancellationToken cancellationToken = default)
    {
        SilosAsked++;
        return OnGetSilos();
    }

    public Task<ModelIndexPage> GetIndexAsync(
        string? after = null, int limit = 1000, bool readyOnly = false, CancellationToken cancellationToken = default)
    {
        Note($"index {after} {limit} {readyOnly}");
        return Task.FromResult(OnGetIndex(after, limit, readyOnly));
    }

    public Task LoadAsync(string modelId, CancellationToken cancellationToken = default) => ControlAsync("load", modelId);

    public Task UnloadAsync(string modelId, CancellationToken cancellationToken = default) => ControlAsync("unload", modelId);

    public Task PinAsync(string modelId, CancellationToken cancellationToken = default) => ControlAsync("pin", modelId);

    public Task UnpinAsync(string modelId, CancellationToken cancellationToken = default) => ControlAsync("unpin", modelId);

    public Task<ImmutableArray<PinReport>> GetPinsAsync(CancellationToken cancellationToken = default) => Task.FromResult(Pins);

    public Task<ImmutableArray<QuarantineReport>> GetQuarantineAsync(CancellationToken cancellationToken = default) => Task.FromResult(Quarantine);

    public async Task<ImmutableArray<QuarantineReport>> ClearQuarantineAsync(string modelId, CancellationToken cancellationToken = default)
    {
        await ControlAsync("clear", modelId);
        return Quarantine.RemoveAll(entry => entry.Model != ModelKey.Parse(modelId).Id);
    }

    public Task DrainAsync(string silo, CancellationToken cancellationToken = default) => ControlAsync("drain", silo);

    private Task ControlAsync(string verb, string modelId)
    {
        Note($"{verb} {modelId}");
        return OnControl(verb, modelId);
    }

    private void Note(string control)
    {
        lock (Controls)
        {
            Controls.Add(control);
        }
    }

    public Task<ImmutableArray<ModelStatistics>> GetStatisticsAsync(string? modelId = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(OnGetStatistics(modelId));

    public Task<ImmutableArray<SiloHistory>> GetHistoryAsync(int slots = SiloHistory.MostSlots, CancellationToken cancellationToken = default) => Task.FromResult(OnGetHistory(slots));

    public Task<ClusterEventPage> GetEventsAsync(string? after = null, int last = 100, CancellationToken cancellationToken = default) => OnGetEvents(after, last, cancellationToken);

    public Task<ModelReport> GetModelAsync(string modelId, CancellationToken cancellationToken = default) => Task.FromResult(OnGetModel(modelId));
}
