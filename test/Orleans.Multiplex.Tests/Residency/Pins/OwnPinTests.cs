using System.Net;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Pins;

/// <summary>Models whose own settings pin them.</summary>
public sealed class OwnPinTests : IDisposable
{
    private static readonly ModelSettings Pin = new() { Pin = true };

    private readonly TestSilo _silo = new([new ModelPool(ModelPool.OfStore, 3)], maxBytes: 1000);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Reclaim_LeastRecentlyUsedPinsItself_TheNextOnesGo()
    {
        var a = ResideHeld("a", 10);
        var (b, c) = (_silo.Reside("b"), _silo.Reside("c"));

        await _silo.ReserveAsync("d").Soon();
        await _silo.ReserveAsync("e").Soon();

        Assert.Equal((ResidentState.Ready, ResidentState.Gone, ResidentState.Gone), (a.State, b.State, c.State));
        Assert.True(a.Report().IsPinned);
        var pinned = Assert.Single(_silo.Evictions.GetPinned());
        Assert.Equal(("a", 10, true, 0), (pinned.ModelId, pinned.Bytes, pinned.IsPinnedByFile, pinned.Pins.Length));
        Assert.Empty(Warnings());
    }

    [Fact]
    public async Task Unpin_OperatorsPinIsTakenBack_ItsOwnGoesOn()
    {
        var a = ResideHeld("a", 0);
        _silo.Pins.Take(_silo.Pins.Table.With("a", true));
        Assert.Equal(["a"], Assert.Single(_silo.Evictions.GetPinned()).Pins);

        _silo.Pins.Take(_silo.Pins.Table.With("a", false));

        Assert.True(a.IsPinned);
        await _silo.Evictions.EvictAsync(a, EvictionReason.Shutdown).Soon();
        Assert.Empty(_silo.Evictions.GetPinned());
    }

    [Fact]
    public void Add_RoomIsPromisedToAnotherPin_IsLoadedWithoutItsOwnAndSaysSoOnce()
    {
        _silo.Footprints.Set(ModelPool.OfStore, "promised", 900);
        _silo.Pins.Take(_silo.Pins.Table.With("promised", true));

        var (fits, other) = (ResideHeld("fits", 100), ResideHeld("other", 1));
        _silo.Pins.Take(_silo.Pins.Table.With("unrelated", true));

        Assert.Equal((true, false), (fits.IsPinned, other.IsPinned));
        Assert.Contains("'other' is loaded without the pin that its model.json asks for", Assert.Single(Warnings()), StringComparison.Ordinal);
        Assert.Equal(1, _silo.Pool.Lru.Count);
    }

    [Fact]
    public void Add_PromisedPinHasItsPlaceOnAnotherSilo_IsPinned()
    {
        _silo.Footprints.Set(ModelPool.OfStore, "promised", 900);
        _silo.Pins.Take(_silo.Pins.Table.With("promised", true));
        _silo.View.Update(new SiloRow(SiloAddress.New(IPAddress.Loopback, 2, 1), "silo-2", 1, false, 2000, 0, [new PoolRow(ModelPool.OfStore, -1, 0, null)]));

        Assert.True(ResideHeld("a", 500).IsPinned);
    }

    [Fact]
    public void Add_APinOfAnOperatorKeepsIt_TakesNoFurtherRoom()
    {
        _silo.Pins.Take(_silo.Pins.Table.With("a", true).With("b", true).With("c", true));
        var a = _silo.Ledger.Enter(new ResidentKey(ModelPool.OfStore, "a", 1), "a", _silo.Pool, out _);
        a.AddHolder(new Holder("a"));

        _silo.BeReady(a, _silo.Quota.TryReserve(_silo.Pool, 1000)!, settings: Pin);

        Assert.True(a.IsPinnedByFile);
    }

    [Theory]
    [InlineData(1, "m", true)]
    [InlineData(2, "m", true)]
    [InlineData(2, "m@1", false)]
    public void Add_SuccessorOfAPinnedOne_TakesThePlaceOfOneThatGoes(long version, string holder, bool isPinned)
    {
        _silo.Pins.Take(_silo.Pins.Table.With("promised", true).With("another", true));
        var old = _silo.Ledger.Enter(new ResidentKey(ModelPool.OfStore, "m", 1), "m", _silo.Pool, out _);
        _silo.BeReady(old, _silo.Quota.TryReserve(_silo.Pool, 0)!, settings: Pin);
        old.AddHolder(new Holder(holder));
        Assert.True(old.IsPinned);

        var next = _silo.Ledger.EnterSuccessor(old, old.Key with { Version = version }, "m", out _)!;
        _silo.BeReady(next, _silo.Quota.TryReserve(_silo.Pool, 0)!, settings: Pin);

        Assert.Equal(isPinned, next.IsPinned);
    }

    [Fact]
    public void Pin_NobodyCanAskItAnyMore_IsPreyAgain()
    {
        var a = ResideHeld("a", 0);
        Assert.True(a.IsPinned);

        a.RemoveHolder(Assert.Single(a.Holders));

        Assert.False(a.IsPinned);
        Assert.Empty(_silo.Evictions.GetPinned());
        Assert.Equal(1, _silo.Pool.Lru.Count);
    }

    private Resident ResideHeld(string id, long bytes)
    {
        var resident = _silo.Ledger.Enter(new ResidentKey(ModelPool.OfStore, id, 1), id, _silo.Pool, out _);
        resident.AddHolder(new Holder(id));
        _silo.BeReady(resident, _silo.Quota.TryReserve(_silo.Pool, bytes)!, settings: Pin);
        resident.Gate.Leave();
        return resident;
    }

    private IEnumerable<string> Warnings() => _silo.Log.Messages.Where(static line => line.Contains("without the pin", StringComparison.Ordinal));

    private sealed class Holder(string model) : IResidentHolder
    {
        public string Model => model;

        public void OnUnloading(Resident resident)
        {
        }
    }
}
