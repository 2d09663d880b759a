using System.Net;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

/// <summary>Whom a silo asks before it evicts.</summary>
public sealed class AskedSilosTests
{
    [Fact]
    public void Choose_FewSilos_All() => Assert.Equal(Silos(100), AskedSilos.Choose("m", 10, Silos(100), static silo => Row(silo, charged: 100)));

    [Fact]
    public void Choose_ManySilos_AHundredAndThoseWithRoomFirst()
    {
        var silos = Silos(1000);
        var asked = AskedSilos.Choose("m", 10, silos, silo => silo.Generation switch
        {
            500 => null,
            501 => Row(silo, charged: 90),
            502 => Row(silo, charged: 91),
            503 => Row(silo, charged: 0) with { IsDraining = true },
            _ => Row(silo, charged: 100),
        }).ToList();

        Assert.Equal(100, asked.Distinct().Count());
        Assert.Equal([500, 501], asked.Take(2).Select(static silo => silo.Generation).Order());
        Assert.NotEqual(asked.ToHashSet(), [.. AskedSilos.Choose("other", 10, silos, static silo => Row(silo, charged: 100))]);
    }

    [Fact]
    public void Choose_ManyModels_AskEachAboutAsOften()
    {
        var silos = Silos(200);
        var asked = Enumerable.Range(0, 400).SelectMany(i => AskedSilos.Choose($"m{i}", 10, silos, static silo => Row(silo, charged: 100))).CountBy(static silo => silo);

        Assert.All(asked, static one => Assert.InRange(one.Value, 140, 260));
    }

    private static List<SiloAddress> Silos(int count) => [.. Enumerable.Range(1, count).Select(static i => SiloAddress.New(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]), 11111, i))];

    private static SiloRow Row(SiloAddress silo, long charged) => new(silo, "s", 1, false, 100, charged, []);
}
