using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>What a load charges: estimated, claimed, measured.</summary>
public sealed class MeasuredLoadTests
{
    [Fact]
    public async Task Load_MeasuredLarger_IsCorrectedByEvictingOthers()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var other = silo.Reside("other", 60);
        silo.Opener.Estimate = _ => new(30);
        silo.Opener.Measure = (_, _) => new(80L);

        Assert.Null((await silo.LoadAsync("m")).Failure);

        Assert.Equal((ResidentState.Gone, 80L), (other.State, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_MeasuredLargerThanTheQuota_IsUnloadedAgainForGood()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var model = new TrackedModel("m");
        silo.Opener.Open = (_, _) => Task.FromResult<object>(model);
        silo.Opener.Measure = (_, _) => new(101L);

        var outcome = await silo.LoadAsync("m");

        Assert.Equal(LoadFailureKind.TooLarge, outcome.Failure);
        Assert.Contains("takes 101B", outcome.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0, 0L), (model.Disposals, silo.Charged, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_MeasuredLargerAndNothingCanBeFreed_IsUnloadedAgain()
    {
        using var silo = new TestSilo(maxBytes: 100);
        using var busy = TestSilo.Use(silo.Reside("busy", 60));
        var model = new TrackedModel("m");
        silo.Opener.Open = (_, _) => Task.FromResult<object>(model);
        silo.Opener.Estimate = _ => new(30);
        silo.Opener.Measure = (_, _) => new(80L);
        var resident = silo.Enter("m");
        while (await silo.Time.NextTimerAsync().Soon() != silo.Limits.CorrectionTimeout)
        {
        }

        silo.Time.Advance(silo.Limits.CorrectionTimeout);

        Assert.Equal(LoadFailureKind.NoRoom, (await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal((1, 1, 60L), (model.Disposals, silo.Charged, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_MeasuredNegative_IsABrokenModel()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var model = new TrackedModel("m");
        silo.Opener.Open = (_, _) => Task.FromResult<object>(model);
        silo.Opener.Measure = (_, _) => new(-1000L);

        Assert.Equal(new(LoadFailureKind.Broken, "its MeasureAsync returned -1000 bytes."), await silo.LoadAsync("m"));

        Assert.Equal((1, 0, 0L), (model.Disposals, silo.Charged, silo.Quota.ChargedBytes));
        Assert.Equal(0, silo.Footprints.Find("A", "m"));
    }

    [Fact]
    public async Task Load_MeasuredBefore_ReservesWhatItTookThen()
    {
        using var silo = new TestSilo(maxBytes: 100);
        silo.Opener.Measure = (_, _) => new(70L);
        await silo.LoadAsync("m");
        await silo.Evictions.EvictAsync(silo.Ledger.Snapshot()[0], EvictionReason.Operator).Soon();
        var charged = 0L;
        silo.Opener.Open = (_, _) =>
        {
            charged = silo.Quota.ChargedBytes;
            return Task.FromResult<object>("model");
        };

        await silo.LoadAsync("m");

        Assert.Equal(70, charged);
    }

    [Fact]
    public async Task Load_OnceMeasuredTooLarge_IsTriedAgainWithoutEvictingForIt()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var other = silo.Reside("other", 60);
        silo.Opener.Measure = (_, _) => new(101L);
        Assert.Equal(LoadFailureKind.TooLarge, (await silo.LoadAsync("m")).Failure);

        silo.Opener.Measure = (_, _) => new(40L);

        Assert.Null((await silo.LoadAsync("m")).Failure);
        Assert.Equal((ResidentState.Ready, 100L), (other.State, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Load_Claimed_TakesNoSecondPlace()
    {
        using var silo = new TestSilo(maxModels: 1);
        var claim = silo.Quota.TryReserve(silo.Pool, 0);

        var resident = silo.Enter("m", takeClaim: () => claim);

        Assert.Null((await resident.WhenLoaded.Soon()).Failure);
        Assert.Equal(1, silo.Charged);
    }
}
