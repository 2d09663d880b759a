using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Tests.Grains.Events;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>When a silo's going has lately cost models their addresses.</summary>
public sealed class SiloLossesTests
{
    private readonly FakeSilos _silos = new();
    private readonly SiloLosses _losses;

    public SiloLossesTests()
    {
        _silos.Set(SiloStatus.Active, 1, 2);
        _silos.Set(SiloStatus.Dead, 9);
        _losses = new SiloLosses(_silos, _silos.Time);
    }

    [Fact]
    public void AreRecent_WhoDiedBeforeTheFirstLook_IsNoLoss() => Assert.Equal([false, false], [_losses.AreRecent(), _losses.AreRecent()]);

    [Theory]
    [InlineData(SiloStatus.ShuttingDown)]
    [InlineData(SiloStatus.Stopping)]
    [InlineData(SiloStatus.Dead)]
    public void AreRecent_ASiloGoes_ForTenSeconds(SiloStatus status)
    {
        _losses.AreRecent();

        _silos.Set(status, 2);

        Assert.True(_losses.AreRecent());
        _silos.Time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.True(_losses.AreRecent());
        _silos.Time.Advance(TimeSpan.FromSeconds(0.2));
        Assert.False(_losses.AreRecent());
    }

    [Fact]
    public void AreRecent_ItLeavesAndThenIsGone_IsOneLoss()
    {
        _losses.AreRecent();
        _silos.Set(SiloStatus.ShuttingDown, 2);
        _losses.AreRecent();
        _silos.Time.Advance(TimeSpan.FromSeconds(20));

        _silos.Set(SiloStatus.Dead, 2);

        Assert.False(_losses.AreRecent());
    }

    [Fact]
    public void AreRecent_ASiloCameAndWentBetweenTwoLooks_IsALoss()
    {
        _losses.AreRecent();

        _silos.Set(SiloStatus.Active, 3);
        _silos.Set(SiloStatus.Dead, 3);

        Assert.True(_losses.AreRecent());
    }

    [Theory]
    [InlineData(SiloStatus.Joining)]
    [InlineData(SiloStatus.Active)]
    public void AreRecent_ASiloComes_IsNoLoss(SiloStatus status)
    {
        _losses.AreRecent();

        _silos.Set(status, 3);

        Assert.False(_losses.AreRecent());
    }
}
