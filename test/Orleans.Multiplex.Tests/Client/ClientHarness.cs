using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Tests.AspNetCore;

namespace Orleans.Multiplex.Tests.Client;

/// <summary>A client over one fake model whose tries are answered one after the other, each by the next function.</summary>
internal sealed class ClientHarness
{
    private readonly Queue<Func<InferenceRequest, CancellationToken, Task<InferenceResponse>>> _answers = [];

    public ClientHarness(MultiplexClientOptions? options = null, Random? random = null)
    {
        var model = FakeGrains.Grain<IInferenceGrain>((_, arguments) =>
            Answer((InferenceRequest)arguments[0]!, (CancellationToken)arguments[1]!));
        var factory = FakeGrains.Factory((type, key) =>
        {
            Keys.Add(key);
            return type == typeof(IInferenceGrain) ? model : Others(type);
        });
        Client = new MultiplexClient(
            factory,
            local: null,
            Time,
            Options.Create(options ?? new MultiplexClientOptions()),
            random ?? new Random(1),
            new LoggerFactory([Log], new LoggerFilterOptions { MinLevel = LogLevel.Debug }));
    }

    public static InferenceResponse Response { get; } = new()
    {
        Version = 3,
        Outputs = [],
        Silo = "silo-1",
        IsCold = false,
        Timings = default,
    };

    public WatchedTime Time { get; } = new();

    public IMultiplexClient Client { get; }

    public LogRecorder Log { get; } = new();

    public List<InferenceRequest> Requests { get; } = [];

    public List<object> Keys { get; } = [];

    public Func<Type, object> Others { get; set; } = type => throw new InvalidOperationException($"No grain of {type} is expected.");

    /// <summary>How tries without an answer of their own end; null when there must be none.</summary>
    public Func<InferenceRequest, CancellationToken, Task<InferenceResponse>>? Always { get; set; }

    public ClientHarness Then(Exception error)
    {
        _answers.Enqueue((_, _) => Task.FromException<InferenceResponse>(error));
        return this;
    }

    public ClientHarness ThenAnswer()
    {
        _answers.Enqueue((_, _) => Task.FromResult(Response));
        return this;
    }

    public Task<InferenceResponse> InferAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        Client.InferAsync("iris", ImmutableArray<ModelValue>.Empty, new InferenceOptions { Timeout = timeout }, cancellationToken);

    private Task<InferenceResponse> Answer(InferenceRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return _answers.TryDequeue(out var answer)
            ? answer(request, cancellationToken)
            : (Always ?? throw new InvalidOperationException("A try more than expected."))(request, cancellationToken);
    }
}
