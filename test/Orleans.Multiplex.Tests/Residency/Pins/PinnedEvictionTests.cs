using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Pins;

/// <summary>Pinned models are no victims.</summary>
public sealed class PinnedEvictionTests : IDisposable
{
    private readonly TestSilo _silo = new([new ModelPool(ModelPool.OfStore, 2)]);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Reclaim_LeastRecentlyUsedIsPinned_TheNextOneGoes()
    {
        var (a, b) = (_silo.Reside("a"), _silo.Reside("b"));
        Pin("a");

        await _silo.ReserveAsync("c").Soon();

        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (a.State, b.State));
        Assert.True(a.Report().IsPinned);
        Assert.Equal(["a"], _silo.Evictions.GetPinned().Select(one => one.Pin));
    }

    [Fact]
    public async Task Reclaim_AllPinned_NobodyGoesUntilOneIsUnpinned()
    {
        var (a, b) = (_silo.Reside("a"), _silo.Reside("b"));
        Pin("a", "b");
        var waiting = _silo.ReserveAsync("c");
        _silo.Time.Advance(TestSilo.DrainPatience);
        Assert.False(waiting.IsCompleted);
        Assert.Null(_silo.Evictions.GetVictimAge(_silo.Pool));

        Unpin("b");

        await waiting.Soon();
        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (a.State, b.State));
    }

    [Fact]
    public async Task EvictIdle_Pinned_Stays()
    {
        var (a, b) = (_silo.Reside("a"), _silo.Reside("b"));
        Pin("a");
        _silo.Time.Advance(TimeSpan.FromMinutes(1));

        _silo.Evictions.EvictIdle(TimeSpan.FromSeconds(1));

        await b.WhenGone.Soon();
        Assert.Equal(ResidentState.Ready, a.State);
    }

    [Fact]
    public void Add_PinnedBeforeItWasLoaded_IsNoVictim()
    {
        Pin("a");

        var a = _silo.Reside("a");

        Assert.True(a.IsPinned);
        Assert.Null(_silo.Evictions.GetVictimAge(_silo.Pool));
    }

    [Fact]
    public void Unpin_PinnedAndUnpinnedOften_StandsInTheOrderOnce()
    {
        _silo.Reside("a");
        for (var i = 0; i < 100; i++)
        {
            Pin("a");
            Unpin("a");
        }

        Assert.Equal(1, _silo.Pool.Lru.Count);
    }

    [Fact]
    public async Task Evict_Pinned_IsToldNoMore()
    {
        var a = _silo.Reside("a");
        Pin("a");

        await _silo.Evictions.EvictAsync(a, EvictionReason.Shutdown).Soon();

        Assert.Empty(_silo.Evictions.GetPinned());
    }

    [Theory]
    [InlineData("m", 3, true, "m")]
    [InlineData("m", 2, false, null)]
    [InlineData("m@2", 2, false, "m@2")]
    [InlineData("m@2", 3, true, null)]
    [InlineData("other", 3, true, null)]
    public void Find_PinOfAPlainId_KeepsTheDefaultVersionAlone(string pin, long version, bool isDefault, string? found)
    {
        Pin(pin);

        Assert.Equal(found, _silo.Pins.Find(new ResidentKey(ModelPool.OfStore, "m", version), isDefault));
        Assert.Null(_silo.Pins.Find(new ResidentKey("Greeter", "m", version), isDefault));
    }

    private void Pin(params string[] models) => _silo.Pins.Take(models.Aggregate(_silo.Pins.Table, static (table, model) => table.With(model, true)));

    private void Unpin(string model) => _silo.Pins.Take(_silo.Pins.Table.With(model, false));
}
