namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>A client of the gateway over one wire. What the gateway refuses is a <see cref="RefusedException"/>.</summary>
internal interface IWire : IDisposable
{
    Task<bool> IsLiveAsync();

    Task<bool> IsReadyAsync();

    Task<bool> IsModelReadyAsync(string model);

    Task<string[]> GetExtensionsAsync();

    Task<Answer> InferAsync(Ask ask, CancellationToken cancellationToken = default);

    Task LoadAsync(string model);

    Task UnloadAsync(string model);

    /// <summary>The states of the models and their versions, by name; empty of one that was never loaded.</summary>
    Task<ILookup<string, string>> GetIndexAsync(bool readyOnly);

    /// <summary>How many requests of a model succeeded and failed.</summary>
    Task<(ulong Success, ulong Fail)> CountAsync(string model);
}
