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
        var (a, b) = Hold("a", "b");
        Pin("a");

        await _silo.ReserveAsync("c").Soon();

        Assert.Equal((ResidentState.Ready, ResidentState.Gone), (a.State, b.State));
        Assert.True(a.Report().IsPinned);
        Assert.Equal(["a"], _silo.Evictions.GetPinned().SelectMany(one => one.Pins));
    }

    [Fact]
    public async Task EvictIdle_Pinned_Stays()
    {
        var (a, b) = Hold("a", "b");
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

        var a = Hold("a");

        Assert.True(a.IsPinned);
        Assert.Null(_silo.Evictions.GetVictimAge(_silo.Pool));
    }

    [Fact]
    public void Unpin_PinnedAndUnpinnedOften_StandsInTheOrderOnce()
    {
        Hold("a");
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
        var a = Hold("a");
        Pin("a");

        await _silo.Evictions.EvictAsync(a, EvictionReason.Shutdown).Soon();

        Assert.Empty(_silo.Evictions.GetPinned());
    }

    [Fact]
    public void Hold_InTheNameOfAPin_KeepsThatResidentAlone()
    {
        var (one, other) = (_silo.Reside("a"), _silo.Reside("b"));
        Pin("a@2");
        var holder = new Holder("a@2");

        one.AddHolder(holder);

        Assert.Equal((true, false), (one.IsPinned, other.IsPinned));
        Assert.Equal(["a@2"], _silo.Evictions.GetPinned().Single().Pins);
        one.RemoveHolder(holder);
        Assert.False(one.IsPinned);
        Assert.Equal(2, _silo.Pool.Lru.Count);
    }

    [Fact]
    public void Hold_OfAClassOfItsOwn_IsNoPin()
    {
        using var silo = new TestSilo([new ModelPool("Greeter", 2)]);
        silo.Pins.Take(silo.Pins.Table.With("a", true));
        var resident = silo.Reside("a");

        resident.AddHolder(new Holder("a"));

        Assert.False(resident.IsPinned);
    }

    [Fact]
    public async Task Reserve_MoreThanPinsLeave_IsRefusedAtOnceAndEvictsNobody()
    {
        using var silo = new TestSilo([new ModelPool(ModelPool.OfStore, 9)], maxBytes: 1000);
        silo.Pins.Take(silo.Pins.Table.With("pinned", true));
        silo.Reside("pinned", 700).AddHolder(new Holder("pinned"));
        var other = silo.Reside("other", 100);

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => silo.ReserveAsync("large", 400).Soon());

        Assert.False(error.IsPermanent);
        Assert.Contains("pinned models leave", error.Message, StringComparison.Ordinal);
        Assert.Equal(ResidentState.Ready, other.State);
        await silo.ReserveAsync("fits", 300).Soon();
        Assert.NotEqual(ResidentState.Ready, other.State);
    }

    [Fact]
    public async Task Reserve_WaitsWhenAPinComes_NobodyIsEvictedForIt()
    {
        using var silo = new TestSilo([new ModelPool(ModelPool.OfStore, 9)], maxBytes: 1000);
        var (a, b) = (silo.Reside("a", 500), silo.Reside("b", 400));
        a.AddHolder(new Holder("a"));
        var use = TestSilo.Use(a);
        using var useOfB = TestSilo.Use(b);
        var waiting = silo.ReserveAsync("c", 600);

        silo.Pins.Take(silo.Pins.Table.With("a", true));
        use.Dispose();
        silo.Time.Advance(TestSilo.DrainPatience);

        Assert.Equal((ResidentState.Ready, false), (b.State, b.Gate.IsClosed));
        silo.Time.Advance(silo.Limits.Timeout);
        await Assert.ThrowsAsync<NoCapacityException>(() => waiting.Soon());
    }

    [Fact]
    public async Task Reserve_AllPlacesPinned_IsRefusedAtOnce()
    {
        Hold("a", "b");
        Pin("a", "b");

        await Assert.ThrowsAsync<NoCapacityException>(() => _silo.ReserveAsync("c").Soon());

        Unpin("b");
        await _silo.ReserveAsync("c").Soon();
    }

    private (Resident First, Resident Second) Hold(string first, string second) => (Hold(first), Hold(second));

    private Resident Hold(string model)
    {
        var resident = _silo.Reside(model);
        resident.AddHolder(new Holder(model));
        return resident;
    }

    private void Pin(params string[] models) => _silo.Pins.Take(models.Aggregate(_silo.Pins.Table, static (table, model) => table.With(model, true)));

    private void Unpin(string model) => _silo.Pins.Take(_silo.Pins.Table.With(model, false));

    private sealed class Holder(string model) : IResidentHolder
    {
        public string Model => model;

        public void OnUnloading(Resident resident)
        {
        }
    }
}
