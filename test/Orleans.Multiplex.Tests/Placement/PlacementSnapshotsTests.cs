using System.Collections.Immutable;
using System.Net;
using CsCheck;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

public sealed class PlacementSnapshotsTests : IAsyncDisposable
{
    private static readonly SiloAddress Own = SiloAddress.New(IPAddress.Loopback, 11111, 1);
    private static readonly SiloAddress Other = SiloAddress.New(IPAddress.Loopback, 11112, 1);
    private static readonly SiloAddress Stranger = SiloAddress.New(IPAddress.Loopback, 11113, 1);

    private readonly TestSilo _silo = new(maxModels: 3, maxBytes: 100);
    private readonly ClusterResidencyView _view;
    private readonly ResidencyPublisher _publisher;
    private readonly PlacementSnapshots _snapshots;

    public PlacementSnapshotsTests()
    {
        _view = new ClusterResidencyView(_silo.Time);
        _publisher = new ResidencyPublisher(_silo.Quota, _silo.Evictions, _silo.Pins, _silo.Footprints, cached: null, new NoChannel(), new LocalSilo(Own), _silo.Time);
        _snapshots = new PlacementSnapshots(_view, _publisher, new LocalSilo(Own));
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        _silo.Dispose();
    }

    [Fact]
    public void Take_OwnSilo_IsAsItIsNowAndOthersAsTheyTold()
    {
        _view.Update(Row(Other, "A", charged: 1, victim: TimeSpan.FromSeconds(10)));
        _snapshots.CountSent(Other, "A", 30);
        _silo.Reside("m", 40);
        _silo.Time.Advance(TimeSpan.FromSeconds(5));

        var candidates = _snapshots.Take("m", "A", 7, [Own, Other, Stranger]).Candidates;

        Assert.Equal((1, 40L, TimeSpan.FromSeconds(5)), (candidates[0].ChargedModels, candidates[0].ChargedBytes, candidates[0].VictimAge!.Value));
        Assert.Equal((2, 30L, TimeSpan.FromSeconds(15)), (candidates[1].ChargedModels, candidates[1].ChargedBytes, candidates[1].VictimAge!.Value));
        Assert.Equal((false, Stranger.ToParsableString()), (candidates[2].IsKnown, candidates[2].Silo));
    }

    [Fact]
    public void Take_SilosThatToldOfTheModelsFiles_AreMarked()
    {
        _view.Update(Row(Other, "A", charged: 1, victim: null) with { Cached = ModelFilter.Of(["m"]) });
        _view.Update(_publisher.GetRow() with { Cached = ModelFilter.Of(["n"]) });

        Assert.Equal([false, true, false], _snapshots.Take("m", "A", 7, [Own, Other, Stranger]).Candidates.Select(one => one.HasFiles));
        Assert.Equal([true, false, false], _snapshots.Take("n", "A", 7, [Own, Other, Stranger]).Candidates.Select(one => one.HasFiles));
    }

    [Fact]
    public void Take_ModelsSentToItself_CountUntilTheirChargeIsSeen()
    {
        _view.Update(_publisher.GetRow());
        Send(20);
        Send(20);
        Assert.Equal((2, 40L), Charged());

        _silo.Reside("a", 20);
        Assert.Equal((2, 40L), Charged());
        _silo.Reside("b", 20);
        Assert.Equal((2, 40L), Charged());
        _silo.Reside("came another way", 5);
        Assert.Equal((3, 45L), Charged());
        _view.Update(_publisher.GetRow());
        Assert.Equal((3, 45L), Charged());
    }

    [Fact]
    public void Take_ModelsSentToItselfThatNeverCome_CountUntilItTellsAgain()
    {
        _view.Update(_publisher.GetRow());
        Send(20);
        Assert.Equal((1, 20L), Charged());

        _view.Update(_publisher.GetRow());

        Assert.Equal((0, 0L), Charged());
    }

    [Fact]
    public void Take_NoOtherSiloHasRoom_GoesByWhatIsChargedHere()
    {
        _view.Update(Row(Other, "A", charged: 2));
        _silo.Reside("a", 20);
        _view.Update(_publisher.GetRow());
        Send(20);
        Send(20);

        Assert.Equal(3, _snapshots.Take("m", "A", 0, [Own, Other]).Candidates[0].ChargedModels);

        _snapshots.CountSent(Other, "A", 20);
        Assert.Equal((1, 20L), _snapshots.Take("m", "A", 0, [Own, Other]).Candidates[0] is var own ? (own.ChargedModels, own.ChargedBytes) : default);
    }

    /// <summary>0: a model is sent here, 1: the first of those that were sent is charged, 2: the silo tells.</summary>
    [Fact]
    public void Take_AnyOrderOfEvents_SeesEachChargeAndNoModelTwice() => Gen.Int[0, 2].Array[0, 40].Sample(events =>
    {
        using var silo = new TestSilo(maxModels: 100, maxBytes: 1000);
        var view = new ClusterResidencyView(silo.Time);
        var publisher = new ResidencyPublisher(silo.Quota, silo.Evictions, silo.Pins, silo.Footprints, cached: null, new NoChannel(), new LocalSilo(Own), silo.Time);
        var snapshots = new PlacementSnapshots(view, publisher, new LocalSilo(Own));
        view.Update(publisher.GetRow());
        var (sent, sentSinceTold) = (0, 0);
        foreach (var one in events)
        {
            switch (one)
            {
                case 0:
                    snapshots.Take("m", "A", 10, [Own]);
                    snapshots.CountSent(Own, "A", 10);
                    (sent, sentSinceTold) = (sent + 1, sentSinceTold + 1);
                    break;
                case 1 when silo.Charged < sent:
                    silo.Reside($"m{silo.Charged}", 10);
                    break;
                case 2:
                    view.Update(publisher.GetRow());
                    sentSinceTold = 0;
                    break;
            }

            var own = Assert.Single(snapshots.Take("m", "A", 10, [Own]).Candidates);
            Assert.InRange(own.ChargedModels, Math.Max(silo.Charged, sentSinceTold), sent);
            Assert.Equal(own.ChargedModels * 10, own.ChargedBytes);
        }
    });

    [Fact]
    public void TakeOthers_SilosWithoutThePool_AreLeftOut()
    {
        _view.Update(Row(Other, "A"));
        _view.Update(Row(Stranger, "B"));

        Assert.Equal(Own.ToParsableString(), _snapshots.TakeOwn("A").Silo);
        Assert.Equal(Other.ToParsableString(), Assert.Single(_snapshots.TakeOthers("A")).Silo);
    }

    // As the director does.
    private void Send(long bytes)
    {
        _snapshots.Take("m", "A", bytes, [Own]);
        _snapshots.CountSent(Own, "A", bytes);
    }

    private (int Models, long Bytes) Charged() =>
        _snapshots.Take("m", "A", 0, [Own]).Candidates[0] is var own ? (own.ChargedModels, own.ChargedBytes) : default;

    private static SiloRow Row(SiloAddress silo, string pool, int charged = 0, TimeSpan? victim = null) =>
        new(silo, "other", 1, false, 100, 0, [new PoolRow(pool, 3, charged, victim)]);

    private sealed class NoChannel : IResidencyChannel
    {
        public int Silos => 1;

        public void Publish(SiloRow row)
        {
        }

        public void TakeIn(ModelNews news)
        {
        }

        public void Announce(ImmutableArray<ModelNews> addresses)
        {
        }
    }
}
