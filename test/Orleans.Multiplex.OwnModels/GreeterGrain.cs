using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage;

namespace Orleans.Multiplex.OwnModels;

/// <summary>Greets in the way of its model: each model knows another word.</summary>
[Multiplexed(MaxModelsPerSilo = 2)]
public sealed class GreeterGrain(ILocalSiloDetails silo) : MultiplexedGrain<GreetingModel>, IGreeterGrain
{
    /// <inheritdoc/>
    public async Task<Greeting> GreetAsync(string name, CancellationToken cancellationToken = default) =>
        new(MultiplexContext.ModelId, await RunAsync(model => model.Greet(name)), silo.Name);

    /// <inheritdoc/>
    public async Task<Greeting> GreetTogetherAsync(string name, CancellationToken cancellationToken = default) =>
        new(MultiplexContext.ModelId, await RunBatchedAsync<string, string>(name, GreetAll, maxSize: 2, maxDelay: TimeSpan.FromSeconds(10)), silo.Name);

    private static IReadOnlyList<string> GreetAll(GreetingModel model, IReadOnlyList<string> names) => [.. names.Select(model.Greet)];

    /// <inheritdoc/>
    protected override async Task<GreetingModel> LoadModelAsync(ModelArtifact artifact, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(artifact);
        if (artifact.Id.StartsWith("endless", StringComparison.Ordinal))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }

        return artifact.Id.StartsWith("broken", StringComparison.Ordinal)
            ? throw new InvalidDataException($"there is no greeting in '{artifact.Id}'.")
            : new GreetingModel(artifact.Id);
    }
}

/// <summary>A model that is no ONNX model.</summary>
public sealed class GreetingModel(string word) : IDisposable
{
    private bool _isDisposed;

    /// <summary>Makes the greeting.</summary>
    /// <exception cref="TimeoutException">There is nobody to be greeted.</exception>
    public string Greet(string name)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return string.IsNullOrEmpty(name) ? throw new TimeoutException("Nobody came to be greeted.") : $"{word}, {name}!";
    }

    /// <summary>Ends the model: it greets no more.</summary>
    public void Dispose() => _isDisposed = true;
}
