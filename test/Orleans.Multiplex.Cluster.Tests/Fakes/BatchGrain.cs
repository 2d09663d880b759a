using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>A class whose model takes several items at once.</summary>
[Multiplexed(MaxModelsPerSilo = 3), OnDemand]
public sealed class BatchGrain(BatchLog log) : MultiplexedGrain<BatchModel>, IBatchGrain
{
    public Task<string> AskAsync(int item, CancellationToken cancellationToken) =>
        RunBatchedAsync(item, static (model, items) => model.Answer(items), maxSize: 10, maxDelay: log.Delay);

    public Task<string> AskWronglyAsync(int item, CancellationToken cancellationToken) =>
        RunBatchedAsync<int, string>(item, (_, items) => [.. items.Select(_ => $"{item}")]);

    public Task<string> AskByMethodAsync(int item, CancellationToken cancellationToken) => RunBatchedAsync<int, string>(item, Answer);

    public Task<string> AskTooFewAsync(int item, CancellationToken cancellationToken) =>
        RunBatchedAsync<int, string>(item, static (_, _) => []);

    private IReadOnlyList<string> Answer(BatchModel model, IReadOnlyList<int> items) => [.. items.Select(item => $"{ModelId} {model} {item}")];

    protected override Task<BatchModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken) =>
        Task.FromResult(new BatchModel(artifact.Id, log));
}

/// <summary>A model that answers with its own name, the id that it can read, and the item.</summary>
public sealed class BatchModel(string name, BatchLog log)
{
    public IReadOnlyList<string> Answer(IReadOnlyList<int> items)
    {
        log.Batches.Enqueue($"{name}: {string.Join(' ', items.Order())}");
        log.OnBatch();
        return items.Any(static item => item < 0)
            ? throw new ArgumentException("negative")
            : [.. items.Select(item => $"{name} {MultiplexContext.ModelId} {item}")];
    }
}
