using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class KnownFootprintsTests
{
    private readonly KnownFootprints _footprints = new();

    [Fact]
    public void Set_IsFoundAndToldOnce()
    {
        _footprints.Set("A", "m", 30);
        _footprints.Set("A", "n", 0);

        Assert.Equal((30, 0, 0), (_footprints.Find("A", "m"), _footprints.Find("A", "n"), _footprints.Find("B", "m")));
        Assert.Equal([new ModelFootprint("A", "m", 30)], _footprints.TakeUntold(9));
        Assert.Empty(_footprints.TakeUntold(9));
    }

    [Fact]
    public void Learn_IsFoundAndNotToldOn()
    {
        _footprints.Set("A", "m", 30);
        _footprints.TakeUntold(9);

        _footprints.Learn([new ModelFootprint("A", "m", 40), new ModelFootprint("A", "n", 50)]);

        Assert.Equal((40, 50), (_footprints.Find("A", "m"), _footprints.Find("A", "n")));
        Assert.Empty(_footprints.TakeUntold(9));
    }

    [Fact]
    public void Set_ManyModels_KeepsABoundedNumberToFindAndToTell()
    {
        for (var i = 0; i < 50_000; i++)
        {
            _footprints.Set("A", $"m{i}", 1);
        }

        Assert.InRange(Enumerable.Range(0, 50_000).Count(i => _footprints.Find("A", $"m{i}") > 0), 1, 10_000);
        Assert.Equal(10_000, _footprints.TakeUntold(int.MaxValue).Length);
    }
}
