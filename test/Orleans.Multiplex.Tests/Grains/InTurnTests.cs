using Orleans.Multiplex.Grains;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

public sealed class InTurnTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    private readonly WatchedTime _time = new();
    private readonly List<int> _asked = [];

    [Fact]
    public async Task Ask_NoneAnswers_EndsInTheTimeForAll()
    {
        var asking = AskAsync(3, _ => new TaskCompletionSource<string?>().Task);
        foreach (var seconds in new[] { 4, 2, 2 })
        {
            await _time.NextTimerAsync(TimeSpan.FromSeconds(seconds));
            Assert.False(asking.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        Assert.Contains("does not answer", (await Assert.ThrowsAsync<StoreUnavailableException>(() => asking.Soon())).Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2], _asked);
    }

    [Fact]
    public async Task Ask_FirstIsSilent_TheNextAnswers()
    {
        var asking = AskAsync(2, silo => silo == 0 ? new TaskCompletionSource<string?>().Task : Task.FromResult<string?>("here"));
        await _time.NextTimerAsync(Patience / 2);

        _time.Advance(Patience / 2);

        Assert.Equal("here", await asking.Soon());
    }

    [Fact]
    public async Task Ask_SomeHaveNothingOrFail_GoesOnUntilOneSpeaksOfTheModel()
    {
        Assert.Null(await AskAsync(2, _ => Task.FromResult<string?>(null)));
        Assert.Equal("reason", (await Assert.ThrowsAsync<StoreUnavailableException>(() => AskAsync(
            2, silo => silo == 0 ? throw new StoreUnavailableException("m", "reason") : Task.FromResult<string?>(null)))).Reason);
        _asked.Clear();
        await Assert.ThrowsAsync<ModelNotFoundException>(() => AskAsync(
            3, silo => throw (silo == 0 ? new OrleansException("gone") : new ModelNotFoundException("m", "not here"))));
        Assert.Equal([0, 1], _asked);
    }

    private Task<string?> AskAsync(int silos, Func<int, Task<string?>> ask) => new InTurn(Patience, _time).AskAsync(
        "m",
        [.. Enumerable.Range(0, silos)],
        silo =>
        {
            _asked.Add(silo);
            return ask(silo);
        },
        TestContext.Current.CancellationToken);
}
