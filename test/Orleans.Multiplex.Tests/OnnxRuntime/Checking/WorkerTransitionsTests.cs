using Orleans.Multiplex.OnnxRuntime.Worker;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

public sealed class WorkerTransitionsTests
{
    [Fact]
    public void IsLegal_EveryPair_IsAsTheTableSays()
    {
        var legal = from one in Enum.GetValues<WorkerState>()
                    from next in Enum.GetValues<WorkerState>()
                    where WorkerTransitions.IsLegal(one, next)
                    select $"{one}→{next}";

        Assert.Equal(
            [
                "Starting→Idle", "Starting→Ended", "Idle→CheckGiven", "Idle→PreparationGiven", "Idle→Ended", "CheckGiven→Opening", "CheckGiven→Ended",
                "PreparationGiven→Preparing", "PreparationGiven→Ended", "Opening→Idle", "Opening→Running", "Opening→Ended",
                "Running→Idle", "Running→Ended", "Preparing→Idle", "Preparing→Ended",
            ],
            legal);
    }

    [Fact]
    public void After_EveryAnswer_IsALegalMoveOrBelongsElsewhere()
    {
        var moves = (from state in Enum.GetValues<WorkerState>()
                     from step in Enum.GetValues<WorkerStep>()
                     let next = WorkerTransitions.After(state, step)
                     where next is not null
                     select (state, step, next!.Value)).ToList();

        Assert.All(moves, static move => Assert.True(WorkerTransitions.IsLegal(move.state, move.Value)));
        Assert.Equal(10, moves.Count);
        Assert.Null(WorkerTransitions.After(WorkerState.Idle, WorkerStep.Ran));
    }

    [Fact]
    public void Given_EveryJob_IsALegalMoveAndBeginsWhenTheWorkerSaysSo() => Assert.All([JobKind.Check, JobKind.Prepare], static kind =>
    {
        var given = WorkerTransitions.Given(kind);

        Assert.True(WorkerTransitions.IsLegal(WorkerState.Idle, given) && WorkerTransitions.IsGiven(given));
        Assert.False(WorkerTransitions.IsGiven(WorkerTransitions.After(given, WorkerStep.Begun)!.Value));
    });

    [Theory]
    [InlineData(1, 100, null)]
    [InlineData(2, 100, nameof(JobOutcome.TooSlow))]
    [InlineData(1, 101, nameof(JobOutcome.TooLarge))]
    public void Judge_PastALimit_SaysWhich(int seconds, long bytes, string? outcome) => Assert.Equal(
        outcome, new JobLimits(TimeSpan.FromSeconds(1.5), 100).Judge(TimeSpan.FromSeconds(seconds), bytes)?.ToString());
}
