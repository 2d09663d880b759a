using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>How many bytes of models are opened at once.</summary>
public sealed class BytesInProgressTests
{
    private readonly BytesInProgress _bytes = new(100);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1000, 250)]
    [InlineData(7, 1000, 7)]
    [InlineData(7000, 1000, 7000)]
    [InlineData(0, 3, 1)]
    public void GetMost_NothingSet_IsAQuarterOfTheQuota(long set, long quota, long most) =>
        Assert.Equal(most, BytesInProgress.GetMost(new ByteSize(set), quota));

    [Fact]
    public void Take_UpToTheBound_WaitsForNothing()
    {
        Assert.True(TryTake(new(30, 30)));
        Assert.True(TryTake(new(0, 40)));
        Assert.False(TryTake(1));
    }

    [Fact]
    public async Task Take_BeyondTheBound_IsServedInTheOrderInWhichTheyCame()
    {
        Assert.True(TryTake(60));
        var large = TakeAsync(80);
        var small = TakeAsync(20);
        var last = TakeAsync(1);
        Assert.Equal((false, false), (large.IsCompleted, small.IsCompleted));

        _bytes.Give(60);

        await large.Soon();
        await small.Soon();
        Assert.False(last.IsCompleted);
        _bytes.Give(20);
        await last.Soon();
    }

    [Fact]
    public async Task Take_MoreThanTheBound_GoesAlone()
    {
        Assert.True(TryTake(1));
        var huge = TakeAsync(new(70, 1000));
        Assert.False(huge.IsCompleted);
        _bytes.Give(1);
        await huge.Soon();
        var next = TakeAsync(1);
        Assert.False(next.IsCompleted);

        _bytes.Give(new(70, 1000));

        await next.Soon();
        Assert.True(TryTake(99));
    }

    [Fact]
    public async Task Take_NoLongerWaitedFor_LetsTheNextOneIn()
    {
        using var stop = new CancellationTokenSource();
        Assert.True(TryTake(60));
        var large = TakeAsync(80, stop.Token);
        var small = TakeAsync(40);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large.Soon());
        await small.Soon();
        Assert.False(TryTake(1));
    }

    [Fact]
    public void Take_NothingKnown_WaitsForNobody()
    {
        Assert.True(TryTake(100));
        Assert.False(TryTake(1));

        Assert.True(TryTake(0));
    }

    private bool TryTake(ModelMemory memory) => TakeAsync(memory).IsCompletedSuccessfully;

    private Task TakeAsync(ModelMemory memory, CancellationToken? stop = null) => _bytes.TakeAsync(memory, stop ?? Token).AsTask();
}
