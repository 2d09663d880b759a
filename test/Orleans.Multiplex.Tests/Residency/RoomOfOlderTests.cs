using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Room for a model that nobody waits for, in the place of what was used longer ago.</summary>
public sealed class RoomOfOlderTests : IDisposable
{
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(1);

    private readonly TestSilo _silo = new(maxBytes: 100, maxMappedBytes: 100);
    private readonly RoomOfOlder _room;

    public RoomOfOlderTests() => _room = new RoomOfOlder(_silo.Quota, _silo.Ledger, _silo.Evictions);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Reserve_ThereIsRoom_EvictsNobody()
    {
        var old = Reside("old", 50, Age * 2);

        using var room = await ReserveAsync(50);

        Assert.NotNull(room);
        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Reserve_OlderOnesAreEnough_TheyGoOldestFirst()
    {
        var oldest = Reside("oldest", 40, Age * 3);
        var old = Reside("old", 40, Age * 2);
        var young = Reside("young", 20, Age / 2);

        using var room = await ReserveAsync(60);

        Assert.NotNull(room);
        Assert.Equal((ResidentState.Gone, ResidentState.Gone, ResidentState.Ready), (oldest.State, old.State, young.State));
        Assert.Equal(80, _silo.Quota.ChargedBytes);
    }

    [Fact]
    public async Task Reserve_OneOfThoseThatWouldGoIsYounger_NoneGoes()
    {
        var old = Reside("old", 40, Age * 2);
        var young = Reside("young", 60, Age / 2);

        Assert.Null(await ReserveAsync(60));

        Assert.Equal((ResidentState.Ready, ResidentState.Ready), (old.State, young.State));
    }

    [Fact]
    public async Task Reserve_OldButInUse_StaysAndIsNotWaitedFor()
    {
        var old = Reside("old", 100, Age * 2);
        using var use = TestSilo.Use(old);

        Assert.Null(await ReserveAsync(60));

        Assert.False(old.Gate.IsClosed);
    }

    [Fact]
    public async Task Reserve_OldButPinned_Stays()
    {
        var old = Reside("old", 100, Age * 2);
        old.IsPinned = true;

        Assert.Null(await ReserveAsync(60));

        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Fact]
    public async Task Reserve_LargerThanTheQuota_EvictsNobody()
    {
        var old = Reside("old", 100, Age * 2);

        Assert.Null(await ReserveAsync(101));

        Assert.Equal(ResidentState.Ready, old.State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reserve_MappedBytes_GoOnlyOfOlderOnesToo(bool isOld)
    {
        var other = Reside("other", 10, isOld ? Age * 2 : Age / 2);
        Assert.True(_silo.Quota.Locked(() => _silo.Quota.Memory.TryTake(new ModelMemory(0, 80))));
        _silo.Quota.SetMemory(other.Reservation!, new ModelMemory(10, 80));

        using var room = await ReserveAsync(10, mapped: 50);

        Assert.Equal(isOld, room is not null);
        Assert.Equal(isOld ? ResidentState.Gone : ResidentState.Ready, other.State);
    }

    [Fact]
    public async Task Reserve_NumberOfModelsIsBounded_TheOldestGoes()
    {
        using var silo = new TestSilo(maxModels: 1);
        var old = silo.Reside("old");
        silo.Time.Advance(Age * 2);
        var room = new RoomOfOlder(silo.Quota, silo.Ledger, silo.Evictions);

        Assert.NotNull(await room.TryReserveAsync(silo.Pool, "m", default, Age, TestContext.Current.CancellationToken).Soon());
        Assert.Equal(ResidentState.Gone, old.State);
    }

    private Resident Reside(string id, long bytes, TimeSpan age)
    {
        var resident = _silo.Reside(id, bytes);
        resident.CountAsUsed(age, _silo.Ledger.Snapshot());
        return resident;
    }

    private async Task<Release?> ReserveAsync(long bytes, long mapped = 0) =>
        await _room.TryReserveAsync(_silo.Pool, "m", new ModelMemory(bytes, mapped), Age, TestContext.Current.CancellationToken).Soon() is { } room
            ? new Release(room)
            : null;

    private sealed class Release(Reservation room) : IDisposable
    {
        public void Dispose() => room.Release();
    }
}
