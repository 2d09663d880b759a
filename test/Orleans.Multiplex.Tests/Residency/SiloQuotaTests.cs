using CsCheck;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class SiloQuotaTests
{
    [Fact]
    public async Task TryReserve_CountOrBytesSpent_IsRefusedAndTakesNothing()
    {
        using var silo = new TestSilo(maxModels: 2, maxBytes: 100);

        var first = silo.Quota.TryReserve(silo.Pool, 60)!;
        Assert.Null(silo.Quota.TryReserve(silo.Pool, 41));
        Assert.Equal((1, 60L), (silo.Charged, silo.Quota.ChargedBytes));

        Assert.NotNull(silo.Quota.TryReserve(silo.Pool, 40));
        Assert.Null(silo.Quota.TryReserve(silo.Pool, 0));

        first.Release();
        first.Release();
        Assert.Equal((1, 40L), (silo.Charged, silo.Quota.ChargedBytes));
    }

    [Theory]
    [InlineData(30, 50)]
    [InlineData(50, 30)]
    [InlineData(40, 40)]
    public async Task Reserve_WithClaim_ConvertsIt(long claimed, long needed)
    {
        using var silo = new TestSilo(maxModels: 1, maxBytes: 100);
        var claim = silo.Quota.TryReserve(silo.Pool, claimed);

        var reservation = await silo.ReserveAsync("m", needed, claim: claim).Soon();

        Assert.Same(claim, reservation);
        Assert.Equal((1, needed), (silo.Charged, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Reserve_LargerThanTheQuota_FailsForGoodAndEvictsNobody()
    {
        using var silo = new TestSilo(maxModels: 2, maxBytes: 100);
        silo.Reside("small", 50);
        var claim = silo.Quota.TryReserve(silo.Pool, 10);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => silo.ReserveAsync("big", 101, claim: claim));

        Assert.True(error.IsPermanent);
        Assert.Contains("'big'", error.Message, StringComparison.Ordinal);
        Assert.Contains("101B", error.Message, StringComparison.Ordinal);
        Assert.Contains("100B", error.Message, StringComparison.Ordinal);
        Assert.Equal((1, 50L), (silo.Charged, silo.Quota.ChargedBytes));
        Assert.Empty(silo.Opener.Events);
    }

    [Fact]
    public async Task Reserve_TooManyWait_IsRefusedWithTheLimit()
    {
        using var silo = new TestSilo(maxModels: 1, maxWaiting: 1);
        var taken = silo.Quota.TryReserve(silo.Pool, 0)!;
        var waiting = silo.ReserveAsync("waits");

        var error = await Assert.ThrowsAsync<OverloadedException>(() => silo.ReserveAsync("refused"));

        Assert.NotNull(error.RetryAfter);
        Assert.Contains("Multiplex:Load:MaxWaiting", error.Message, StringComparison.Ordinal);
        taken.Release();
        await waiting.Soon();
        Assert.Equal(1, silo.Charged);
    }

    [Fact]
    public async Task Reserve_WaitTakesTooLong_FailsAndLeavesTheQueue()
    {
        using var silo = new TestSilo(maxModels: 1);
        var taken = silo.Quota.TryReserve(silo.Pool, 0)!;
        var waiting = silo.ReserveAsync("m");

        silo.Time.Advance(silo.Limits.Timeout);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
        Assert.Equal(silo.Limits.RetryAfter, error.RetryAfter);
        Assert.False(silo.Quota.HasWaiting);
        taken.Release();
        Assert.Equal(0, silo.Charged);
    }

    [Fact]
    public async Task Reserve_WaitForBytesTakesTooLong_GivesThePlaceBack()
    {
        using var silo = new TestSilo(maxModels: 2, maxBytes: 100);
        silo.Quota.TryReserve(silo.Pool, 80);
        var waiting = silo.ReserveAsync("m", 30);
        Assert.Equal(2, silo.Charged);

        silo.Time.Advance(silo.Limits.Timeout);

        await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
        Assert.Equal((1, 80L), (silo.Charged, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Reserve_WaitIsCancelled_LeavesTheQueueToTheNext()
    {
        using var silo = new TestSilo(maxModels: 1);
        var taken = silo.Quota.TryReserve(silo.Pool, 0)!;
        using var cancelled = new CancellationTokenSource();
        var first = silo.ReserveUntilAsync(cancelled.Token);
        var second = silo.ReserveAsync("second");

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        taken.Release();
        await second.Soon();
        Assert.Equal(1, silo.Charged);
    }

    [Fact]
    public async Task Reserve_FullPool_HoldsUpNoOtherPool()
    {
        using var silo = new TestSilo([new ModelPool("A", 1), new ModelPool("B", 1)]);
        silo.Quota.TryReserve(silo.Quota.Pools[0], 0);
        var waiting = silo.ReserveAsync("a");

        await silo.ReserveAsync("b", pool: silo.Quota.Pools[1]).Soon();

        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task Correct_Upward_TakesTheRest()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var reservation = silo.Quota.TryReserve(silo.Pool, 30)!;

        Assert.True(await silo.Quota.TryCorrectAsync(reservation, 70, isInUse: true, CancellationToken.None).Soon());
        Assert.Equal((70L, 70L), (reservation.Bytes, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Correct_Downward_ServesThoseWhoWait()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var reservation = silo.Quota.TryReserve(silo.Pool, 80)!;
        var waiting = silo.ReserveAsync("m", 50);

        Assert.True(await silo.Quota.TryCorrectAsync(reservation, 50, isInUse: true, CancellationToken.None).Soon());

        await waiting.Soon();
        Assert.Equal(100, silo.Quota.ChargedBytes);
    }

    [Fact]
    public async Task Correct_FitsAlthoughABigOneWaits_SucceedsAtOnce()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var reservation = silo.Quota.TryReserve(silo.Pool, 60)!;
        var waiting = silo.ReserveAsync("big", 90);

        Assert.True(await silo.Quota.TryCorrectAsync(reservation, 80, isInUse: true, CancellationToken.None).Soon());
        Assert.False(waiting.IsCompleted);
    }

    [Fact]
    public async Task Correct_ByEvictingAnother_Succeeds()
    {
        using var silo = new TestSilo(maxBytes: 100);
        var victim = silo.Reside("victim", 50);
        var reservation = silo.Quota.TryReserve(silo.Pool, 40)!;

        Assert.True(await silo.Quota.TryCorrectAsync(reservation, 60, isInUse: true, CancellationToken.None).Soon());

        Assert.Equal(ResidentState.Gone, victim.State);
        Assert.Equal(60, silo.Quota.ChargedBytes);
    }

    [Fact]
    public async Task Correct_NothingCanBeFreed_FailsInTimeAndKeepsWhatWasReserved()
    {
        using var silo = new TestSilo(maxBytes: 100);
        silo.Quota.TryReserve(silo.Pool, 50);
        var reservation = silo.Quota.TryReserve(silo.Pool, 40)!;

        Assert.False(await silo.Quota.TryCorrectAsync(reservation, 101, isInUse: true, CancellationToken.None).Soon());
        var correcting = silo.Quota.TryCorrectAsync(reservation, 60, isInUse: true, CancellationToken.None);
        silo.Time.Advance(silo.Limits.CorrectionTimeout);

        Assert.False(await correcting.Soon());
        Assert.Equal((40L, 90L), (reservation.Bytes, silo.Quota.ChargedBytes));
    }

    [Fact]
    public async Task Leaving_CoversTheShortage_NoMoreIsWanted()
    {
        using var silo = new TestSilo([new ModelPool("A", 2)]);
        var first = silo.Quota.TryReserve(silo.Pool, 0)!;
        silo.Quota.TryReserve(silo.Pool, 0);
        var waiting = silo.ReserveAsync("m");
        Assert.Equal(1, silo.Pool.Models.Shortage);

        first.BeginLeaving();
        first.BeginLeaving();
        Assert.Equal((0L, 1L), (silo.Pool.Models.Shortage, silo.Pool.Models.Leaving));

        first.Release();
        await waiting.Soon();
        Assert.Equal((0L, 0L, 2L), (silo.Pool.Models.Shortage, silo.Pool.Models.Leaving, silo.Pool.Models.Charged));
    }

    [Fact]
    public Task AnySequence_OneThread_ChargesWhatIsReservedAndNeverMore() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 50], Gen.Select(Gen.Int[0, 3], Gen.Int[0, 60], Gen.Int[0, 100]).Array[1, 60]).SampleAsync(
            async (maxModels, maxBytes, steps) =>
            {
                using var silo = new TestSilo(maxModels, maxBytes);
                var held = new List<Reservation>();
                foreach (var (kind, bytes, index) in steps)
                {
                    if (kind <= 1 && silo.Quota.TryReserve(silo.Pool, bytes) is { } reservation)
                    {
                        held.Add(reservation);
                    }
                    else if (kind == 2 && held.Count > 0)
                    {
                        held[index % held.Count].Release();
                        held.RemoveAt(index % held.Count);
                    }
                    else if (kind == 3 && held.Count > 0)
                    {
                        var correcting = silo.Quota.TryCorrectAsync(held[index % held.Count], bytes, isInUse: true, CancellationToken.None).AsTask();
                        silo.Time.Advance(silo.Limits.CorrectionTimeout);
                        await correcting;
                    }

                    Assert.Equal((held.Count, held.Sum(one => one.Bytes)), (silo.Charged, silo.Quota.ChargedBytes));
                    Assert.True(silo.Charged <= maxModels && silo.Quota.ChargedBytes <= maxBytes);
                }
            }, iter: 200, threads: 1);

    [Fact]
    public async Task ManyThreads_ReserveCorrectRelease_NeverExceedTheQuotaAndEndAtZero()
    {
        var pool = new ModelPool("A", 3);
        var limits = new RoomWaitLimits(64, TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(1));
        var quota = new SiloQuota([pool], 100, limits, "silo-1", TimeProvider.System);
        quota.Changed += () => Assert.True(quota.ChargedBytes <= 100 && quota.GetChargedModels(pool) <= 3);

        await Task.WhenAll(Enumerable.Range(1, 8).Select(worker => Task.Run(async () =>
        {
            for (var i = 1; i <= 300; i++)
            {
                var bytes = worker * i * 7 % 101;
                var claim = i % 3 == 0 ? quota.TryReserve(pool, bytes) : null;
                var reservation = await quota.ReserveAsync(pool, "m", bytes, claim, CancellationToken.None);
                await quota.TryCorrectAsync(reservation, i % 2 == 0 ? bytes / 2 : bytes + (worker * i % 20), isInUse: true, CancellationToken.None);
                reservation.BeginLeaving();
                reservation.Release();
            }
        }))).Soon();

        Assert.Equal((0, 0L, false), (quota.GetChargedModels(pool), quota.ChargedBytes, quota.HasWaiting));
        Assert.Equal(0, pool.Models.Leaving);
    }
}
