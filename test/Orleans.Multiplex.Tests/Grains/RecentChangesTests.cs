using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Tests.Grains.Events;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>When a change of the cluster may have cost models their addresses of late.</summary>
public sealed class RecentChangesTests
{
    private readonly FakeSilos _silos = new();
    private readonly RecentChanges _changes;

    public RecentChangesTests()
    {
        _silos.Set(SiloStatus.Active, 1, 2);
        _changes = new RecentChanges(_silos, _silos.Time);
        Assert.True(_changes.AreThere());
        _silos.Time.Advance(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void AreThere_NothingHappens_AreNot() => Assert.Equal([false, false], [_changes.AreThere(), _changes.AreThere()]);

    [Theory]
    [InlineData(2, SiloStatus.ShuttingDown)]
    [InlineData(2, SiloStatus.Dead)]
    [InlineData(3, SiloStatus.Active)]
    public void AreThere_ASiloComesOrGoes_ForTenSeconds(int silo, SiloStatus status)
    {
        _silos.Set(status, silo);

        Assert.True(_changes.AreThere());
        _silos.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(_changes.AreThere());
        _silos.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(_changes.AreThere());
    }

    [Fact]
    public void AreThere_ASiloCameAndWentBetweenTwoLooks_TheyAre()
    {
        _silos.Set(SiloStatus.Active, 3);
        _silos.Set(SiloStatus.Dead, 3);

        Assert.True(_changes.AreThere());
    }
}
