using Orleans.Multiplex.OnnxRuntime.Worker;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Whose turn it is, without any process.</summary>
public sealed class WorkerTurnsTests
{
    private readonly WorkerTurns _turns = new();

    [Theory]
    [InlineData(true, 2.0, false, true, true)]
    [InlineData(true, 1.9, false, true, false)]
    [InlineData(true, 9.0, true, true, false)]
    [InlineData(true, 9.0, false, false, false)]
    [InlineData(false, 9.0, false, true, false)]
    public void StepsAside_OneCheckThatTakesLong_OnlyForAnother(bool isCheck, double seconds, bool isOneAside, bool waits, bool steps) =>
        Assert.Equal(steps, TurnRule.StepsAside(isCheck ? JobKind.Check : JobKind.Prepare, TimeSpan.FromSeconds(seconds), isOneAside, waits));

    [Fact]
    public void IsLegal_EveryPair_IsAsTheTableSays()
    {
        var legal = from one in Enum.GetValues<TurnState>()
                    from next in Enum.GetValues<TurnState>()
                    where TurnRule.IsLegal(one, next)
                    select $"{one}→{next}";

        Assert.Equal(["Waiting→Held", "Waiting→Ended", "Held→Aside", "Held→Ended", "Aside→Ended"], legal);
    }

    [Fact]
    public async Task Take_InTheirOrder_OneAtATime()
    {
        var first = await TakeAsync(JobKind.Check);
        var second = TakeAsync(JobKind.Prepare);
        var third = TakeAsync(JobKind.Check);

        Assert.Equal((false, false), (second.IsCompleted, third.IsCompleted));
        _turns.End(first);
        _turns.End(await second.Soon());
        Assert.Equal(TurnState.Held, (await third.Soon()).State);
    }

    [Fact]
    public async Task Take_GivenUp_LeavesTheLine()
    {
        var first = await TakeAsync(JobKind.Check);
        using var cancel = new CancellationTokenSource();
        var second = _turns.TakeAsync(JobKind.Prepare, cancel.Token);
        var third = TakeAsync(JobKind.Check);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        _turns.End(first);

        Assert.Equal(TurnState.Held, (await third.Soon()).State);
    }

    [Fact]
    public async Task Look_CheckThatTakesLong_GivesTheTurnAwayOnceAtATime()
    {
        var first = await TakeAsync(JobKind.Check);
        _turns.Look(first, TurnRule.Patience);
        Assert.Equal(TurnState.Held, first.State);
        var (second, third) = (TakeAsync(JobKind.Check), TakeAsync(JobKind.Check));

        _turns.Look(first, TurnRule.Patience);
        var next = await second.Soon();
        _turns.Look(next, TurnRule.Patience);

        Assert.Equal((TurnState.Aside, 0), (first.State, first.Slot));
        Assert.Equal((TurnState.Held, 1, false), (next.State, next.Slot, third.IsCompleted));
        _turns.End(first);
        _turns.Look(next, TurnRule.Patience);
        Assert.Equal((TurnState.Aside, 0), (next.State, (await third.Soon()).Slot));
    }

    private Task<WorkerTurn> TakeAsync(JobKind kind) => _turns.TakeAsync(kind, TestContext.Current.CancellationToken);
}
