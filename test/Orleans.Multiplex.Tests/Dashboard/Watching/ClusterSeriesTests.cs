using Orleans.Multiplex.Dashboard.Watching;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

public sealed class ClusterSeriesTests
{
    [Fact]
    public void Of_NoSilos_IsEmpty() => CheckEmpty(ClusterSeries.Of([]));

    [Fact]
    public void Of_SilosThatHaveCountedNothingYet_IsEmpty() => CheckEmpty(ClusterSeries.Of([Silo("a"), Silo("b")]));

    [Fact]
    public void Of_OneSilo_HasAValueForEachSlotTheNewestLast()
    {
        var series = ClusterSeries.Of([Silo("a", Slot(hits: 3, cold: 1), Slot(hits: 1, cold: 0, refused: 10))]);

        Assert.Equal([0.75, 1], series.HitRatios);
        Assert.Equal([0.2, 0], series.ColdStarts);
        Assert.Equal([0, 2], series.Refused);
    }

    [Fact]
    public void Of_SlotWithoutAnsweredRequests_HasNoRatioButRates()
    {
        var series = ClusterSeries.Of([Silo("a", Slot(hits: 1), Slot(refused: 5), Slot(cold: 1))]);

        Assert.Equal([1, null, 0], series.HitRatios);
        Assert.Equal([0, 0, 0.2], series.ColdStarts);
        Assert.Equal([0, 1, 0], series.Refused);
    }

    [Fact]
    public void Of_SeveralSilos_SumsWhatTheyCountedInTheSameSlot()
    {
        var series = ClusterSeries.Of([Silo("a", Slot(hits: 9, cold: 1, refused: 5)), Silo("b", Slot(hits: 0, cold: 10, refused: 10))]);

        Assert.Equal([0.45], series.HitRatios);
        Assert.Equal([2.2], series.ColdStarts);
        Assert.Equal([3], series.Refused);
    }

    [Fact]
    public void Of_SiloThatCameLater_CountsInTheLastSlots()
    {
        var series = ClusterSeries.Of([Silo("new", Slot(hits: 1)), Silo("old", Slot(cold: 1), Slot(cold: 1), Slot(cold: 1)), Silo("newest")]);

        Assert.Equal([0, 0, 0.5], series.HitRatios);
        Assert.Equal([0.2, 0.2, 0.2], series.ColdStarts);
    }

    [Fact]
    public void HitRatio_IsThatOfAllRequestsAndNotTheMeanOfTheSlots()
    {
        Assert.Equal(0.9, ClusterSeries.Of([Silo("a", Slot(hits: 9), Slot(cold: 1), Slot())]).HitRatio);
        Assert.Null(ClusterSeries.Of([Silo("a", Slot(refused: 1))]).HitRatio);
    }

    [Fact]
    public void HitRatio_MoreRequestsThanAnIntHolds_IsRight() =>
        Assert.Equal(0.5, ClusterSeries.Of([Silo("a", [.. Enumerable.Repeat(Slot(hits: 1 << 30, cold: 1 << 30), 4)])]).HitRatio);

    private static void CheckEmpty(ClusterSeries series)
    {
        Assert.Empty(series.HitRatios);
        Assert.Empty(series.ColdStarts);
        Assert.Empty(series.Refused);
        Assert.Null(series.HitRatio);
    }

    private static SiloHistory Silo(string name, params HistorySlot[] slots) => new(name, [.. slots]);

    private static HistorySlot Slot(int hits = 0, int cold = 0, int refused = 0) => new(hits, cold, Failed: 7, refused, Loaded: 7, LoadsFailed: 7, Evicted: 7, P50: null, P99: null);
}
