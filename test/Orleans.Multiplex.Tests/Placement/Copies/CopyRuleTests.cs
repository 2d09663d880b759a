using CsCheck;
using Orleans.Multiplex.Placement.Copies;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement.Copies;

/// <summary>How many copies a model has.</summary>
public sealed class CopyRuleTests
{
    private static readonly CopyMeasure Idle = new(0, 0, TimeSpan.Zero, 0);
    private static readonly CopyMeasure Busy = new(0.9, 0.95, TimeSpan.FromMilliseconds(10), 90);

    [Fact]
    public void Judge_RequestsWait_IsMore() =>
        Assert.Equal(CopyNeed.More, CopyRule.Judge([Idle with { Wait = TimeSpan.FromMilliseconds(50) }], CopyLimits.Default));

    [Fact]
    public void Judge_SiloIsBusyWithIt_IsMore() => Assert.Equal(CopyNeed.More, CopyRule.Judge([Busy], CopyLimits.Default));

    [Fact]
    public void Judge_SiloIsBusyWithOthers_IsEnough() =>
        Assert.Equal(CopyNeed.Enough, CopyRule.Judge([Busy with { Busy = 0.1 }], CopyLimits.Default));

    [Fact]
    public void Judge_OneOfTwoSilosIsNotBusy_IsEnough() =>
        Assert.Equal(CopyNeed.Enough, CopyRule.Judge([Busy, Busy with { Utilisation = 0.6, Busy = 0.6 }], CopyLimits.Default));

    [Fact]
    public void Judge_TwoThatHardlyWork_IsFewer() =>
        Assert.Equal(CopyNeed.Fewer, CopyRule.Judge([Busy with { Utilisation = 0.2, Busy = 0.2, Wait = TimeSpan.Zero }, Idle], CopyLimits.Default));

    [Theory]
    [InlineData(0.75, (int)CopyNeed.Fewer)]
    [InlineData(0.85, (int)CopyNeed.Enough)]
    public void Judge_HardlyAsked_IsFewerUnlessSilosAreBusy(double utilisation, int need)
    {
        var other = new CopyMeasure(0.001, utilisation, TimeSpan.Zero, 1);

        Assert.Equal((CopyNeed)need, CopyRule.Judge([other, other], CopyLimits.Default));
    }

    [Fact]
    public void Judge_OthersWouldBeBusyWithoutIt_IsEnough()
    {
        var half = new CopyMeasure(0.3, 0.3, TimeSpan.Zero, 10);

        Assert.Equal(CopyNeed.Enough, CopyRule.Judge([half, half], CopyLimits.Default));
    }

    [Fact]
    public void Judge_LooksHalfBusyForAMoment_IsFewerAllTheSame()
    {
        CopyMeasure[] usual = [Idle with { Utilisation = 0.25, Busy = 0.05 }, Idle with { Utilisation = 0.25, Busy = 0.05 }];
        CopyMeasure[] now = [usual[0], usual[1] with { Utilisation = 0.6, Wait = TimeSpan.FromMilliseconds(20) }];

        Assert.Equal(CopyNeed.Enough, CopyRule.Judge(now, CopyLimits.Default));
        Assert.Equal(CopyNeed.Fewer, CopyRule.Judge(now, CopyLimits.Default, usual));
        Assert.Equal(CopyNeed.More, CopyRule.Judge([Busy, Busy], CopyLimits.Default, usual));
    }

    [Fact]
    public void Add_MeasuresThatSwing_AverageIsWithinAFewLooks()
    {
        var usual = Idle;
        for (var look = 0; look < 40; look++)
        {
            usual = usual.Add(look % 4 == 0 ? Busy with { Utilisation = 1 } : Idle, CopyRule.WeightOfNew);
        }

        Assert.InRange(usual.Utilisation, 0.15, 0.35);
        Assert.InRange(usual.Wait.TotalMilliseconds, 1.5, 3.5);
    }

    [Theory]
    [InlineData(1, 2, 9, (int)CopyNeed.Missing)]
    [InlineData(3, 1, 2, (int)CopyNeed.Surplus)]
    [InlineData(2, 2, 9, (int)CopyNeed.Enough)]
    public void Judge_Limits_GoBeforeAllElse(int copies, int min, int max, int need) =>
        Assert.Equal((CopyNeed)need, CopyRule.Judge([.. Enumerable.Repeat(Idle, copies)], new CopyLimits(min, max)));

    [Fact]
    public void Judge_AsManyAsMayBe_NeverAsksForMore() => Assert.Equal(CopyNeed.Enough, CopyRule.Judge([Busy, Busy], new CopyLimits(1, 2)));

    [Fact]
    public void Decide_Hot_OnlyWhenItLasts()
    {
        var heat = default(CopyHeat).Then(CopyNeed.More, CopyRule.Period);
        Assert.Equal(0, CopyRule.Decide(heat));

        for (var lasting = TimeSpan.Zero; lasting < CopyRule.HotFor; lasting += CopyRule.Period)
        {
            Assert.Equal(0, CopyRule.Decide(heat));
            heat = heat.Then(CopyNeed.More, CopyRule.Period);
        }

        Assert.Equal(1, CopyRule.Decide(heat));
        Assert.Equal(0, CopyRule.Decide(heat.Then(CopyNeed.Enough, CopyRule.Period).Then(CopyNeed.More, CopyRule.Period)));
    }

    [Fact]
    public void Decide_Cool_TakesMuchLonger()
    {
        var heat = new CopyHeat(CopyNeed.Fewer, CopyRule.CoolFor - TimeSpan.FromTicks(1));

        Assert.Equal(0, CopyRule.Decide(heat));
        Assert.Equal(-1, CopyRule.Decide(heat.Then(CopyNeed.Fewer, CopyRule.Period)));
        Assert.True(CopyRule.CoolFor >= CopyRule.HotFor * 5);
    }

    [Fact]
    public void Decide_Limits_AtOnce()
    {
        Assert.Equal(1, CopyRule.Decide(new CopyHeat(CopyNeed.Missing, TimeSpan.Zero)));
        Assert.Equal(-1, CopyRule.Decide(new CopyHeat(CopyNeed.Surplus, TimeSpan.Zero)));
    }

    /// <summary>What is added for a load is not dropped at the same load, and what is dropped is not added at it: else copies would come and go for ever.</summary>
    [Fact]
    public void Judge_SameLoad_NeverMoreWithFewerAndFewerWithMore() =>
        Gen.Select(Gen.Double[0, 8], Gen.Int[1, 8], Gen.Double[0, 0.5]).Sample((load, copies, others) =>
        {
            var before = CopyRule.Judge(Spread(load, copies, others), CopyLimits.Default);
            var after = CopyRule.Judge(Spread(load, copies + 1, others), CopyLimits.Default);
            Assert.False(before == CopyNeed.More && after == CopyNeed.Fewer, $"{load} on {copies} beside {others}: {before}, {after}");
        });

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0.7, 1, true)]
    [InlineData(0.75, 1, false)]
    [InlineData(0.7, 0.85, false)]
    public void MayTake_SilosThatAreBusyToo_MayNot(double target, double giver, bool may) => Assert.Equal(may, CopyRule.MayTake(target, giver));

    [Fact]
    public void ChooseDropped_TheOneWhoseSiloHasMostElseToDo() =>
        Assert.Equal(1, CopyRule.ChooseDropped([new CopyMeasure(0.6, 0.7, TimeSpan.Zero, 1), new CopyMeasure(0.1, 0.5, TimeSpan.Zero, 1), Idle]));

    [Fact]
    public void GetAge_IsTheTimeBetweenTwoRequestsToEachWhenThereIsOneMore()
    {
        Assert.Equal(TimeSpan.FromSeconds(0.02), CopyRule.GetAge([Busy with { Rate = 100 }], TimeSpan.FromMilliseconds(1)));
        Assert.Equal(TimeSpan.FromSeconds(0.03), CopyRule.GetAge([Busy with { Rate = 50 }, Busy with { Rate = 50 }], TimeSpan.FromMilliseconds(1)));
        Assert.Equal(TimeSpan.FromMinutes(1), CopyRule.GetAge([Idle], TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromMinutes(1), CopyRule.GetAge([Busy with { Rate = 100 }], TimeSpan.FromMinutes(1)));
    }

    // A load in silos' worth of threads, spread evenly beside what the silos do otherwise; beyond what they can, requests wait.
    private static CopyMeasure[] Spread(double load, int copies, double others)
    {
        var each = load / copies;
        var busy = Math.Min(each, 1 - others);
        var wait = each > 1 - others ? TimeSpan.FromSeconds(1) : TimeSpan.Zero;
        return [.. Enumerable.Repeat(new CopyMeasure(busy, Math.Min(1, busy + others), wait, 1), copies)];
    }
}
