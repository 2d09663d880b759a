using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

/// <summary>Loads are bounded by the bytes that are opened at once.</summary>
public sealed class BytesInProgressLoadTests : IDisposable
{
    private const long Large = 80;

    private readonly ModelPool _one = new("one", maxModels: 1);
    private readonly TestSilo _silo;
    private readonly Checkpoint _opening = new();
    private long _bytes = Large;

    public BytesInProgressLoadTests()
    {
        _silo = new TestSilo(
            [new ModelPool("A", ModelPool.Unlimited), _one], load: new LoadOptions { MaxParallel = 2, MaxBytesInProgress = new ByteSize(100) });
        _silo.Opener.Estimate = _ => new(Interlocked.Read(ref _bytes));
        _silo.Opener.Open = async (artifact, token) =>
        {
            if (artifact.Id == "first")
            {
                await _opening.PassAsync(token);
            }

            return new TrackedModel(artifact.Id);
        };
    }

    public void Dispose()
    {
        _opening.Open();
        _silo.Dispose();
    }

    [Fact]
    public async Task Load_TooManyBytesAtOnce_WaitsWithoutATurnAndIsOpenedAfterwards()
    {
        var first = await OpenFirstAsync();
        var second = await WaitAsSecondAsync();

        // There are two turns, and the first one has one of them.
        _bytes = 0;
        Assert.Null((await _silo.LoadAsync("unknown")).Failure);
        Assert.Equal(0, _silo.Opener.CountOpened("second"));
        _opening.Open();

        Assert.Null((await first.WhenLoaded.Soon()).Failure);
        Assert.Null((await second.WhenLoaded.Soon()).Failure);
    }

    [Fact]
    public async Task Load_WhileAnotherIsTriedOrWaitsForRoom_IsOpened()
    {
        var trying = new Checkpoint();
        _silo.Opener.Prove = async token =>
        {
            await trying.PassAsync(token);
            return null;
        };
        var tried = _silo.Enter("tried");
        await trying.Reached;
        _silo.Opener.Prove = _ => new((long?)null);
        using var inUse = TestSilo.Use(_silo.Reside("in use", 0, _one));
        var waiting = _silo.Enter("waiting", _one);
        await UntilAsync(() => _silo.Quota.HasWaiting);

        Assert.Null((await _silo.LoadAsync("m")).Failure);

        Assert.Equal((ResidentState.Checking, ResidentState.Reserving), (tried.State, waiting.State));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unload_TheOneThatIsOpenedOrTheOneThatWaits_LeavesNothingTaken(bool isFirst)
    {
        var first = await OpenFirstAsync();
        var second = await WaitAsSecondAsync();

        (isFirst ? first : second).StopLoad();

        Assert.Equal(LoadFailureKind.Unloaded, (await (isFirst ? first : second).WhenLoaded.Soon()).Failure);
        _opening.Open();
        Assert.Null((await (isFirst ? second : first).WhenLoaded.Soon()).Failure);
        await AssertNothingIsTakenAsync();
    }

    [Fact]
    public async Task Load_Fails_LeavesNothingTaken()
    {
        var open = _silo.Opener.Open;
        _silo.Opener.Open = (_, _) => throw new ModelLoadFailedException("broken", "it is broken");
        Assert.Equal(LoadFailureKind.Broken, (await _silo.LoadAsync("broken")).Failure);
        _silo.Opener.Open = open;

        await AssertNothingIsTakenAsync();
    }

    [Fact]
    public async Task Unload_DeafToIt_LetsOthersBeOpened()
    {
        var deaf = new Checkpoint();
        var open = _silo.Opener.Open;
        _silo.Opener.Open = async (artifact, _) =>
        {
            await deaf.PassDeafAsync();
            return new TrackedModel(artifact.Id);
        };
        var first = _silo.Enter("deaf");
        await deaf.Reached;
        _silo.Opener.Open = open;
        var second = await WaitAsSecondAsync();

        first.StopLoad();

        await _silo.Time.NextTimerAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _silo.Opener.CountOpened("second"));
        _silo.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null((await second.WhenLoaded.Soon()).Failure);
        deaf.Open();
        await first.WhenGone.Soon();
        await AssertNothingIsTakenAsync();
    }

    private async Task<Resident> OpenFirstAsync()
    {
        var first = _silo.Enter("first");
        await _opening.Reached;
        return first;
    }

    private async Task<Resident> WaitAsSecondAsync()
    {
        var second = _silo.Enter("second");
        await UntilAsync(() => second.State == ResidentState.Reserving);
        Assert.Equal(0, _silo.Opener.CountOpened("second"));
        return second;
    }

    // A part that was never given back would keep one out that takes all.
    private async Task AssertNothingIsTakenAsync()
    {
        _bytes = 1000;
        Assert.Null((await _silo.LoadAsync("all")).Failure);
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!holds())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
