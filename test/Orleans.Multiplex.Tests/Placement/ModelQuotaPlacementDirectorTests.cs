using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Metadata;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Runtime.Placement;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

public sealed class ModelQuotaPlacementDirectorTests
{
    private readonly SiloAddress[] _silos = [.. Enumerable.Range(0, 4).Select(i => SiloAddress.New(IPAddress.Loopback, 11111 + i, 7))];
    private readonly ClusterResidencyView _view = new(new FakeTimeProvider());
    private readonly PlacementDecisions _decisions = new(new FakeTimeProvider());
    private readonly UnattachedResidents _unattached = new();
    private readonly KnownFootprints _footprints = new();
    private readonly FakeSearch _holders = new();
    private readonly ModelQuotaPlacementDirector _director;
    private readonly SiloJournal _journal = new("silo-1", new FakeTimeProvider());

    public ModelQuotaPlacementDirectorTests() => _director = new ModelQuotaPlacementDirector(
        new PlacementSnapshots(_view, own: null, new LocalSilo(_silos[0])), _decisions, _footprints, _unattached, _holders, _view, TestSilo.CreateTelemetry(_journal));

    [Fact]
    public async Task Place_BurstBeforeAnybodyTellsAgain_FillsEverySiloAndNoneBeyondItsQuota()
    {
        Tell(maxModels: 5);

        var chosen = new List<SiloAddress>();
        for (var i = 0; i < 20; i++)
        {
            chosen.Add(await PlaceAsync($"m{i}"));
        }

        Assert.All(chosen.CountBy(silo => silo), count => Assert.Equal(5, count.Value));
    }

    [Fact]
    public async Task Place_BurstOfModelsWithKnownBytes_CountsThem()
    {
        Tell(maxModels: -1, maxBytes: 100);
        var chosen = new List<SiloAddress>();
        for (var i = 0; i < 12; i++)
        {
            _footprints.Set("A", $"m{i}", 30);
            chosen.Add(await PlaceAsync($"m{i}"));
        }

        Assert.All(chosen.CountBy(silo => silo), count => Assert.Equal(3, count.Value));
    }

    [Fact]
    public async Task Place_ModelThatAnotherSiloToldOf_GoesWhereItFits()
    {
        foreach (var (silo, max, charged) in _silos.Select((silo, i) => i == 3 ? (silo, 1000, 900) : (silo, 100, 80)))
        {
            _view.Update(new SiloRow(silo, silo.ToString(), 1, false, max, charged, [new PoolRow("A", -1, 1, null)]));
        }

        Assert.NotEqual(_silos[3], await PlaceAsync("m"));
        _footprints.Learn([new ModelFootprint("A", "m", 50)]);
        Assert.Equal(_silos[3], await PlaceAsync("m"));
    }

    [Fact]
    public async Task Place_VersionsOfAModel_PreferTheSameSilo()
    {
        for (var i = 0; i < 50; i++)
        {
            var chosen = await PlaceAsync($"m{i}");
            Assert.Equal([chosen, chosen], [await PlaceAsync($"m{i}@1"), await PlaceAsync($"m{i}@2")]);
        }
    }

    [Fact]
    public async Task Place_NotAnId_IsPlacedAllTheSame() => Assert.Contains(await PlaceAsync("../x"), _silos);

    [Fact]
    public async Task Place_HintOfTheCaller_IsFollowed()
    {
        var hint = new Dictionary<string, object> { [IPlacementDirector.PlacementHintKey] = _silos[2] };

        Assert.Equal(_silos[2], await PlaceAsync("m", hint));
    }

    [Fact]
    public async Task Place_ManyTimes_TheLastDecisionsAreKept()
    {
        for (var i = 0; i < 6; i++)
        {
            await PlaceAsync("m");
        }

        var kept = _decisions.Find("m");
        Assert.Equal(4, kept.Length);
        Assert.All(kept, one => Assert.Equal(4, one.Decision.Verdicts.Length));
        Assert.Empty(_decisions.Find("other"));
    }

    [Theory]
    [InlineData("A", "m", true)]
    [InlineData("B", "m", false)]
    [InlineData("A", "other", false)]
    public async Task Place_ModelIsThereWithoutItsGrain_GrainComesBackToItOnce(string pool, string model, bool isBack)
    {
        Tell(maxModels: 5);
        var usual = await PlaceAsync("m");
        Tell(maxModels: 5, sequence: 2);
        var holder = _silos.First(silo => !silo.Equals(usual));
        _unattached.Note(new ModelNews(null, pool, model, holder));

        Assert.Equal(isBack ? holder : usual, await PlaceAsync("m"));

        Assert.Equal(isBack ? "Chosen: holds the model; only its grain has to come back." : null, _decisions.Find("m").Select(one => one.Decision.Verdicts[0].Reason).FirstOrDefault(static why => why.Contains("holds", StringComparison.Ordinal)));
        Tell(maxModels: 5, sequence: 3);
        Assert.Equal(usual, await PlaceAsync("m"));
    }

    [Fact]
    public async Task Place_ASiloSaysThatItHoldsTheModel_GoesThere()
    {
        Tell(maxModels: 5);
        var usual = await PlaceAsync("m@2");
        Tell(maxModels: 5, sequence: 2);
        var holder = _silos.First(silo => !silo.Equals(usual));
        _holders.Find = (pool, key) => (pool, key.ToString()) == ("A", "m@2") ? holder : null;

        Assert.Equal((holder, usual), (await PlaceAsync("m@2"), await PlaceAsync("m")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Place_TheSiloThatToldOfItLeavesOrHasGone_OthersAreAsked(bool isThere)
    {
        Tell(maxModels: 5);
        _view.Update(new SiloRow(_silos[1], "", 2, IsDraining: true, 1L << 40, 0, [new PoolRow("A", 5, 0, null)]));
        _unattached.Note(new ModelNews(null, "A", "m", isThere ? _silos[1] : SiloAddress.New(IPAddress.Loopback, 1, 1)));
        _holders.Find = (_, _) => _silos[3];

        Assert.Equal(_silos[3], await PlaceAsync("m"));
    }

    [Fact]
    public async Task Place_ModelsThatSilosHold_TakeNoFurtherRoom()
    {
        Tell(maxModels: 1);
        _holders.Find = (_, key) => key.Id == "m" ? _silos[3] : null;
        await PlaceAsync("m");

        var chosen = new[] { await PlaceAsync("a"), await PlaceAsync("b"), await PlaceAsync("c"), await PlaceAsync("d") };

        Assert.Equal(4, chosen.Distinct().Count());
    }

    [Fact]
    public async Task Place_ASiloToldThatItHoldsTheModel_NobodyIsAsked()
    {
        Tell(maxModels: 5);
        _holders.Find = static (_, _) => throw new InvalidOperationException();
        _unattached.Note(new ModelNews(null, "A", "m", _silos[2]));

        Assert.Equal(_silos[2], await PlaceAsync("m"));
    }

    [Fact]
    public async Task Place_TheSiloThatHadTheModelHasGone_GoesElsewhere()
    {
        Tell(maxModels: 5);
        _unattached.Note(new ModelNews(null, "A", "m", SiloAddress.New(IPAddress.Loopback, 1, 1)));

        Assert.Contains(await PlaceAsync("m"), _silos);
    }

    private void Tell(int maxModels, long maxBytes = 1L << 40, long sequence = 1)
    {
        foreach (var silo in _silos)
        {
            _view.Update(new SiloRow(silo, silo.ToString(), sequence, false, maxBytes, 0, [new PoolRow("A", maxModels, 0, null)]));
        }
    }

    private Task<SiloAddress> PlaceAsync(string model, Dictionary<string, object>? hint = null)
    {
        var strategy = new ModelQuotaPlacement();
        strategy.Initialize(new GrainProperties(ImmutableDictionary.Create<string, string>(StringComparer.Ordinal).Add("multiplex.pool", "A")));
        var target = new PlacementTarget(GrainId.Create("model", model), hint ?? [], default, 0);
        return _director.OnAddActivation(strategy, target, new Context(_silos));
    }

    private sealed class FakeSearch : IHolderSearch
    {
        public Func<string, ModelKey, SiloAddress?> Find { get; set; } = static (_, _) => null;

        public Task<SiloAddress?> FindAsync(string pool, ModelKey key, IReadOnlyCollection<SiloAddress> silos) => Task.FromResult(Find(pool, key));
    }

    private sealed class Context(SiloAddress[] silos) : IPlacementContext
    {
        public SiloAddress LocalSilo => silos[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => silos;

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) =>
            new Dictionary<ushort, SiloAddress[]> { [0] = silos };
    }
}
