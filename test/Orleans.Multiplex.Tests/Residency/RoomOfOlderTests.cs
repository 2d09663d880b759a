using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Room for a model that nobody waits for, in the place of what was used longer ago.</summary>
public sealed class RoomOfOlderTests : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private readonly TestSilo _silo = new(maxBytes: 100);
    private readonly RoomOfOlder _room;

    public RoomOfOlderTests() => _room = new RoomOfOlder(_silo.Quota, _silo.Ledger, _silo.Claims, _silo.Evictions, _silo.Time);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Claim_ThereIsRoom_EvictsNobody()
    {
        var old = Reside("old", 50, Age * 2);

        using var claim = await ClaimAsync(50);

        Assert.NotNull(claim);
        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Claim_OlderOnesAreEnough_TheyGoOldestFirst()
    {
        var oldest = Reside("oldest", 40, Age * 3);
        var old = Reside("old", 40, Age * 2);
        var young = Reside("young", 20, Age / 2);

        using var claim = await ClaimAsync(60);

        Assert.NotNull(claim);
        Assert.Equal((ResidentState.Gone, ResidentState.Gone, ResidentState.Ready), (oldest.State, old.State, young.State));
        Assert.Equal(80, _silo.Quota.ChargedBytes);
    }

    [Fact]
    public async Task Claim_OneOfThoseThatWouldGoIsYounger_NoneGoes()
    {
        var old = Reside("old", 40, Age * 2);
        var young = Reside("young", 60, Age / 2);

        Assert.Null(await ClaimAsync(60));

        Assert.Equal((ResidentState.Ready, ResidentState.Ready), (old.State, young.State));
    }

    [Fact]
    public async Task Claim_OldButInUse_StaysAndIsNotWaitedFor()
    {
        var old = Reside("old", 100, Age * 2);
        using var use = TestSilo.Use(old);

        Assert.Null(await ClaimAsync(60));

        Assert.False(old.Gate.IsClosed);
    }

    [Fact]
    public async Task Claim_OldButPinned_Stays()
    {
        var old = Reside("old", 100, Age * 2);
        old.IsPinned = true;

        Assert.Null(await ClaimAsync(60));

        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Claim_LargerThanTheQuota_EvictsNobody()
    {
        var old = Reside("old", 100, Age * 2);

        Assert.Null(await ClaimAsync(101));

        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Claim_NumberOfModelsIsBounded_TheOldestGoes()
    {
        using var silo = new TestSilo(maxModels: 1);
        var old = silo.Reside("old");
        silo.Time.Advance(Age * 2);
        var room = new RoomOfOlder(silo.Quota, silo.Ledger, silo.Claims, silo.Evictions, silo.Time);

        var claiming = room.TryClaimAsync(silo.Pool, 0, Age, TestContext.Current.CancellationToken);
        await PassAsync(silo, claiming);

        Assert.NotNull(await claiming);
        Assert.Equal(ResidentState.Gone, old.State);
    }

    private Resident Reside(string id, long bytes, TimeSpan age)
    {
        var resident = _silo.Reside(id, bytes);
        resident.CountAsUsed(age, _silo.Ledger.Snapshot());
        return resident;
    }

    private async Task<Release?> ClaimAsync(long bytes)
    {
        var claiming = _room.TryClaimAsync(_silo.Pool, bytes, Age, TestContext.Current.CancellationToken);
        await PassAsync(_silo, claiming);
        return await claiming is { } claim ? new Release(claim) : null;
    }

    private static async Task PassAsync(TestSilo silo, Task claiming)
    {
        while (!claiming.IsCompleted)
        {
            await Task.WhenAll(silo.Ledger.Snapshot().Where(static one => one.Gate.IsClosed).Select(static one => one.WhenGone)).Soon();
            silo.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
    }

    private sealed class Release(RoomClaim claim) : IDisposable
    {
        public void Dispose() => claim.Release();
    }
}
