using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

/// <summary>Bytes of mapped files have a quota of their own.</summary>
public sealed class MappedBytesTests
{
    [Fact]
    public async Task Reserve_BothKinds_AreChargedApart()
    {
        using var silo = new TestSilo(maxBytes: 100, maxMappedBytes: 1000);

        var reservation = await silo.ReserveAsync("m", new ModelMemory(40, 900)).Soon();

        Assert.Equal((40L, 900L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
        Assert.NotNull(silo.Quota.TryReserve(silo.Pool, 60));
        reservation.Release();
        Assert.Equal((60L, 0L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
    }

    [Fact]
    public async Task Reserve_NoRoomForMappedBytes_EvictsTheLeastRecentlyUsedThatHasSome()
    {
        using var silo = new TestSilo(maxBytes: 1000, maxMappedBytes: 1000);
        var oldest = silo.Reside("heap only", 100);
        var next = silo.Reside("mapped", await silo.ReserveAsync("mapped", new ModelMemory(10, 600)));
        var last = silo.Reside("mapped too", await silo.ReserveAsync("mapped too", new ModelMemory(10, 400)));

        var reservation = await silo.ReserveAsync("m", new ModelMemory(10, 500)).Soon();

        await next.WhenGone.Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Ready), (oldest.State, last.State));
        Assert.Equal((120L, 900L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
        Assert.Equal((10L, 500L), (reservation.Bytes, reservation.MappedBytes));
    }

    [Fact]
    public async Task Reserve_NoMappedBytesInTime_GivesEverythingBack()
    {
        using var silo = new TestSilo(maxBytes: 100, maxMappedBytes: 1000);
        using var lease = TestSilo.Use(silo.Reside("used", await silo.ReserveAsync("used", new ModelMemory(10, 800))));
        var waiting = silo.ReserveAsync("m", new ModelMemory(20, 300));
        Assert.Equal(30, silo.Quota.ChargedBytes);

        silo.Time.Advance(silo.Limits.Timeout);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
        Assert.Contains("1000B of mapped files", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 10L, 800L), (silo.Charged, silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
    }

    [Fact]
    public async Task Reserve_MoreMappedBytesThanTheQuota_FailsForGoodAndNamesTheSetting()
    {
        using var silo = new TestSilo(maxBytes: 100, maxMappedBytes: 1000);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => silo.ReserveAsync("big", new ModelMemory(1, 1001)));

        Assert.True(error.IsPermanent);
        Assert.Contains("Multiplex:MaxMappedBytesPerSilo", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, silo.Charged);
    }

    [Theory]
    [InlineData(50, 700)]
    [InlineData(30, 900)]
    [InlineData(30, 700)]
    [InlineData(60, 950)]
    public async Task Correct_EitherKind_ChargesWhatIsTrue(long heap, long mapped)
    {
        using var silo = new TestSilo(maxBytes: 100, maxMappedBytes: 1000);
        var reservation = await silo.ReserveAsync("m", new ModelMemory(40, 800));
        reservation.SetPinned(true);

        Assert.True(await silo.Quota.TryCorrectAsync(reservation, new ModelMemory(heap, mapped), isInUse: true, CancellationToken.None));

        Assert.Equal((heap, mapped), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));

        // What a pin keeps cannot be made room: what is left beside it can be had, and no byte more.
        await Assert.ThrowsAsync<NoCapacityException>(() => silo.ReserveAsync("too much", new ModelMemory(0, 1001 - mapped)));
        var rest = await silo.ReserveAsync("rest", new ModelMemory(100 - heap, 1000 - mapped)).Soon();
        rest.Release();
        reservation.Release();
        Assert.Equal((0L, 0L), (silo.Quota.ChargedBytes, silo.Quota.ChargedMappedBytes));
    }

    [Fact]
    public async Task Load_OfAMappedModel_ReportsBothKinds()
    {
        using var silo = new TestSilo(maxBytes: 100, maxMappedBytes: 1000);
        silo.Opener.Estimate = _ => new(50);
        silo.Opener.MappedBytes = 700;

        await silo.LoadAsync("m");

        var report = Assert.Single(silo.Ledger.Snapshot()).Report();
        Assert.Equal((50L, 700L), (report.Bytes, report.MappedBytes));
    }
}
