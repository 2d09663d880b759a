using Orleans.Multiplex.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

public sealed class QueueRuleTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly RunCost TenMilliseconds = Measured(TimeSpan.FromMilliseconds(10), 8);

    [Theory]
    [InlineData(99, 1, true)]
    [InlineData(100, 1, false)]
    [InlineData(100, 32, true)]
    [InlineData(3168, 32, true)]
    [InlineData(3169, 32, false)]
    public void MayBeInTime_ByWhatIsAheadAndHowManyGoTogether(int ahead, int together, bool isSo) =>
        Assert.Equal(isSo, MayBeInTime(ahead, together, TenMilliseconds, default, Second * 1.2));

    [Theory]
    [InlineData(49, true)]
    [InlineData(50, false)]
    public void MayBeInTime_TheOthersTookTwiceAsLongAsExpected_SoWillThis(int ahead, bool isSo) =>
        Assert.Equal(isSo, MayBeInTime(ahead, 1, TenMilliseconds, new Lateness(0.6, 0.1), Second));

    [Fact]
    public void MayBeInTime_FewRunsWereMeasured_NobodyIsRefused() =>
        Assert.True(MayBeInTime(1000, 1, Measured(Second, 7), new Lateness(8, 0), Second));

    [Fact]
    public void MayBeInTime_NothingIsAhead_NobodyIsRefused() =>
        Assert.True(MayBeInTime(0, 1, Measured(Second * 100, 100), new Lateness(8, 0), Second));

    [Theory]
    [InlineData(0, 500, 500)]
    [InlineData(0, 80, 80)]
    [InlineData(1000, 500, 500)]
    [InlineData(-1, 500, 490)]
    public void GetDelay_NeverPastItsTime(int moreTime, int maxDelay, int expected)
    {
        var run = new OneRun(TimeSpan.FromMilliseconds(500 + moreTime + (moreTime >= 0 ? 10 : 1))) { Kind = new Kind(TimeSpan.FromMilliseconds(maxDelay)) };

        Assert.Equal(TimeSpan.FromMilliseconds(expected), QueueRule.GetDelay(run, TenMilliseconds));
    }

    [Fact]
    public void GetRetryAfter_BetweenATenthOfASecondAndAMinute()
    {
        Assert.Equal(Second, QueueRule.GetRetryAfter(null, 2, Second));
        Assert.Equal(Second * 5, QueueRule.GetRetryAfter(Second * 10, 2, Second));
        Assert.Equal(Second / 10, QueueRule.GetRetryAfter(TimeSpan.FromMilliseconds(1), 2, Second));
        Assert.Equal(Second * 60, QueueRule.GetRetryAfter(Second * 1000, 2, Second));
    }

    private static bool MayBeInTime(int ahead, int together, RunCost cost, Lateness lateness, TimeSpan remaining) =>
        QueueRule.MayBeInTime(ahead, QueueRule.Expect(ahead, together, cost, threads: 1), lateness, remaining);

    private static RunCost Measured(TimeSpan took, int runs) =>
        Enumerable.Range(0, runs).Aggregate(default(RunCost), (cost, _) => cost.Add(took, 1, 1));

    private sealed class OneRun(TimeSpan remaining) : ScheduledResult<int>(0, remaining, CancellationToken.None)
    {
        protected override int Run() => 1;

        protected override void OnEnded()
        {
        }
    }

    private sealed class Kind(TimeSpan maxDelay) : RunKind
    {
        public override int MaxRows => 8;

        public override TimeSpan MaxDelay => maxDelay;

        protected override bool TryRunTogether(IReadOnlyList<ScheduledRun> runs) => false;
    }
}
