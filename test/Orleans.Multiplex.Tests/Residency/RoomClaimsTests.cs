using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Room that is taken for loads which have not begun.</summary>
public sealed class RoomClaimsTests
{
    [Fact]
    public void TryMake_NoRoomThatIsFree_ClaimsNothing()
    {
        using var silo = new TestSilo(maxModels: 1);

        Assert.NotNull(silo.Claims.TryMake(silo.Pool, 0));
        Assert.Null(silo.Claims.TryMake(silo.Pool, 0));
        Assert.Equal(1, silo.Charged);
    }

    [Fact]
    public void Claim_TakenOrReleasedTwice_CountsOnce()
    {
        using var silo = new TestSilo(maxModels: 2);
        var claim = silo.Claims.TryMake(silo.Pool, 0)!;

        var taken = claim.Take();
        claim.Release();
        Assert.Null(claim.Take());
        Assert.Equal(1, silo.Charged);

        taken!.Release();
        Assert.Equal(0, silo.Charged);
    }

    [Fact]
    public void Sweep_LoadDoesNotCome_GivesTheRoomBackAfterFiveSeconds()
    {
        using var silo = new TestSilo(maxModels: 2);
        var claim = silo.Claims.TryMake(silo.Pool, 0)!;
        silo.Claims.TryMake(silo.Pool, 0);
        silo.Time.Advance(TimeSpan.FromSeconds(4.9));
        silo.Claims.Sweep();
        Assert.Equal(2, silo.Charged);

        silo.Time.Advance(TimeSpan.FromSeconds(0.1));
        silo.Claims.Sweep();

        Assert.Equal(0, silo.Charged);
        Assert.Null(claim.Take());
    }

    [Fact]
    public async Task Claim_SomebodyHasWaitedForThePatience_GivesWayBeforeAModelInUseDoes()
    {
        using var silo = new TestSilo(maxModels: 2);
        var used = silo.Reside("used");
        using var use = TestSilo.Use(used);
        silo.Claims.TryMake(silo.Pool, 0);
        var waiting = silo.ReserveAsync("b");

        silo.Time.Advance(TestSilo.DrainPatience);

        await waiting.Soon();
        Assert.False(used.Gate.IsClosed);
    }

    [Fact]
    public async Task Claim_YoungerThanThePatience_GivesWayAtTheNextLook()
    {
        using var silo = new TestSilo(maxModels: 1);
        var first = silo.Claims.TryMake(silo.Pool, 0)!;
        var waiting = silo.ReserveAsync("b");
        silo.Time.Advance(TestSilo.DrainPatience / 2);
        first.Release();
        (await waiting.Soon()).Release();
        var second = silo.Claims.TryMake(silo.Pool, 0)!;
        waiting = silo.ReserveAsync("d");

        silo.Time.Advance(TestSilo.DrainPatience / 2);
        Assert.False(waiting.IsCompleted);

        silo.Time.Advance(TestSilo.DrainPatience);
        await waiting.Soon();
        Assert.Null(second.Take());
    }
}
