using System.Net;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Pins;

public sealed class PinPlanTests
{
    [Fact]
    public void FindShortage_AllPlacesPinned_NamesTheFewestThatWouldHaveToGo()
    {
        var shortage = PinPlan.FindShortage(
            [Silo(1, 2, 100, ("a", 10), ("b", 20)), Silo(2, 1, 100, ("c", 90))], [], 50);

        Assert.Equal(("silo-1", "b"), (shortage!.Silo, string.Join(' ', shortage.InTheWay)));
    }

    [Fact]
    public void FindShortage_BytesOfThePinned_CountAgainstTheSilo()
    {
        var silo = Silo(1, -1, 100, ("a", 40), ("b", 30));

        Assert.Null(PinPlan.FindShortage([silo], [], 30));
        Assert.Equal(["a"], PinPlan.FindShortage([silo], [], 31)!.InTheWay);
        Assert.Equal(["a", "b"], PinPlan.FindShortage([silo], [], 71)!.InTheWay);
    }

    [Fact]
    public void FindShortage_PinsThatAreNotLoadedYet_HaveTheirPlaces()
    {
        SiloRow[] silos = [Silo(1, 1, 100), Silo(2, 1, 100)];

        Assert.Null(PinPlan.FindShortage(silos, [new(["w"], 0)], 0));
        Assert.Equal(["v"], PinPlan.FindShortage(silos, [new(["v"], 5), new(["w"], 0)], 0)!.InTheWay);
    }

    [Fact]
    public void FindShortage_LargerThanEverySilo_NobodyWouldHelp()
    {
        var shortage = PinPlan.FindShortage([Silo(1, -1, 100, ("a", 40))], [], 101);

        Assert.Equal(("", 0), (shortage!.Silo, shortage.InTheWay.Length));
    }

    [Fact]
    public void Fits_WaitingPins_HaveTheirPlacesOnWhicheverSiloHasMostLeft()
    {
        SiloRow[] silos = [Silo(1, 3, 100, ("a", 10)), Silo(2, 1, 100)];

        Assert.True(PinPlan.Fits(silos, [], silos[0].Silo, 90));
        Assert.False(PinPlan.Fits(silos, [], silos[0].Silo, 91));
        Assert.True(PinPlan.Fits(silos, [new(["v"], 20)], silos[0].Silo, 90));
        Assert.True(PinPlan.Fits(silos, [new(["v"], 20), new(["w"], 20)], silos[0].Silo, 70));
        Assert.False(PinPlan.Fits(silos, [new(["v"], 20), new(["w"], 20)], silos[0].Silo, 71));
        Assert.False(PinPlan.Fits(silos, [new(["v"], 20), new(["w"], 20), new(["x"], 0)], silos[0].Silo, 0));
    }

    [Fact]
    public void FindShortage_ModelIsPinnedByItsOwnSettingsToo_IsNamedSoThatItCanBeChanged()
    {
        var silo = Silo(1, 1, 100) with { Pinned = [new PinnedResident("a", 2, ["a"], 10) { IsPinnedByFile = true }] };

        Assert.Equal(["a", "a@2"], PinPlan.FindShortage([silo], [], 1)!.InTheWay);
    }

    [Fact]
    public void FindShortage_SilosThatLeaveOrHoldNoModelsOfTheStore_DoNotCount()
    {
        var other = Silo(2, -1, 100) with { Pools = [new PoolRow("Greeter", -1, 0, null)] };

        Assert.NotNull(PinPlan.FindShortage([Silo(1, -1, 100) with { IsDraining = true }, other], [], 1));
    }

    private static SiloRow Silo(int number, int maxModels, long maxBytes, params (string Pin, long Bytes)[] pinned) => new(
        SiloAddress.New(IPAddress.Loopback, number, 1), $"silo-{number}", 1, false, maxBytes, 0, [new PoolRow(ModelPool.OfStore, maxModels, 0, null)])
    {
        Pinned = [.. pinned.Select(static one => new PinnedResident(one.Pin, 1, [one.Pin], one.Bytes))],
    };
}
