using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>A request to the model <c>count</c> that runs until it is told to end, when its client goes away.</summary>
internal sealed class Use : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly Task<Answer> _answer;

    private Use(IWire client) => _answer = client.InferAsync(Count(long.MaxValue), _end.Token);

    /// <summary>Asks to count so far.</summary>
    public static Ask Count(long number) => new("count", Value.Of("n", [number]));

    /// <summary>Starts one more, and waits until it is seen at its model, which is loaded.</summary>
    /// <param name="client">Its client.</param>
    /// <param name="countAsync">How much the model is in use.</param>
    public static async Task<Use> StartAsync(IWire client, Func<Task<int>> countAsync)
    {
        var before = await countAsync();
        var use = new Use(client);
        await ChecklistGateway.UntilAsync(
            async () => use._answer.IsCompleted ? throw new InvalidOperationException($"It ended: {await use._answer}") : await countAsync() > before,
            $"more than {before} uses of the model");
        return use;
    }

    /// <summary>The client goes away.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await ((Task)_answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
    }
}
