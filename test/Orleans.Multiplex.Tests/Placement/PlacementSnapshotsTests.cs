using System.Collections.Immutable;
using System.Net;
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
        _publisher = new ResidencyPublisher(_silo.Quota, _silo.Evictions, new NoChannel(), new LocalSilo(Own), _silo.Time);
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
    public void TakeOthers_SilosWithoutThePool_AreLeftOut()
    {
        _view.Update(Row(Other, "A"));
        _view.Update(Row(Stranger, "B"));

        Assert.Equal(Own.ToParsableString(), _snapshots.TakeOwn("A").Silo);
        Assert.Equal(Other.ToParsableString(), Assert.Single(_snapshots.TakeOthers("A")).Silo);
    }

    private static SiloRow Row(SiloAddress silo, string pool, int charged = 0, TimeSpan? victim = null) =>
        new(silo, "other", 1, false, 100, 0, [new PoolRow(pool, 3, charged, victim)]);

    private sealed class NoChannel : IResidencyChannel
    {
        public void Publish(SiloRow row)
        {
        }

        public void AnnounceGone(ImmutableArray<GrainAddress> addresses)
        {
        }
    }
}
