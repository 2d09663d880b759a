using System.Net;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Cluster;
using Xunit;

namespace Orleans.Multiplex.Simulation.Tests.Cluster;

public sealed class ToldRowsTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(2);

    private readonly ToldRows _rows = new();

    [Fact]
    public void FindNewest_RowsOnTheirWay_IsTheNewestThatHasCome()
    {
        Assert.Null(Find(1000));
        _rows.Add(At(10), Row(1));
        _rows.Add(At(60), Row(2));
        _rows.Add(At(110), Row(3));

        Assert.Equal((2, 62), Find(111));
        Assert.Equal((3, 112), Find(112));
    }

    [Fact]
    public void FindNewest_RowDoesNotRepeatTheFiles_TheyHoldOn()
    {
        var filter = ModelFilter.Of(["m"]);
        _rows.Add(At(10), Row(1) with { Cached = filter });
        _rows.Add(At(60), Row(2));

        Assert.Same(filter, _rows.FindNewest(At(100), Delay)!.Value.Row.Cached);
    }

    private (long Sequence, double At)? Find(int now) =>
        _rows.FindNewest(At(now), Delay) is { } found ? (found.Row.Sequence, found.At.TotalMilliseconds) : null;

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static SiloRow Row(long sequence) => new(SiloAddress.New(IPAddress.Loopback, 1, 1), "s", sequence, false, 1, 0, []);
}
