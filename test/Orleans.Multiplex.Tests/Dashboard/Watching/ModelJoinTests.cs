using System.Collections.Immutable;
using System.Globalization;
using Orleans.Multiplex.Dashboard.Watching;
using Orleans.Multiplex.Tests.AspNetCore;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Watching;

public sealed class ModelJoinTests
{
    private static readonly SiloResidency Empty = FakeMultiplexClient.Silo() with { Pools = [] };

    [Fact]
    public void Join_NothingAnywhere_IsEmpty()
    {
        Assert.Empty(ModelJoin.Join([], []));
        Assert.Empty(ModelJoin.Join([], [Empty]));
    }

    [Fact]
    public void Join_ModelOfTheStoreThatIsNowhere_IsInTheStore() =>
        Assert.Equal(("iris", "", ModelJoin.InStore, "", "", 0, 0, 0, (TimeSpan?)null, false), Flatten(JoinOne([new("iris", null, null, "")])));

    [Fact]
    public void Join_ModelThatWasUnloaded_IsInTheStoreWithTheReason()
    {
        var model = JoinOne([new("iris", 2, ModelIndexState.Unavailable, ""), new("iris", 3, ModelIndexState.Unavailable, "unloaded: idle")]);

        Assert.Equal((ModelJoin.InStore, "unloaded: idle"), (model.State, model.Why));
    }

    [Fact]
    public void Join_ModelThatCannotBeLoaded_IsUnavailableWithTheReason()
    {
        var model = JoinOne([new("iris", 2, ModelIndexState.Unavailable, ""), new("iris", 3, ModelIndexState.Unavailable, "it has no head")]);

        Assert.Equal((ModelJoin.Unavailable, "it has no head"), (model.State, model.Why));
    }

    [Fact]
    public void Join_ModelThatIsResident_SaysWhatTheSilosSay()
    {
        var resident = Resident("iris", 3) with { Bytes = 5, MappedBytes = 2, Hits = 7, InFlight = 1, Age = TimeSpan.FromSeconds(4), IsPinned = true };

        var model = JoinOne([new("iris", 3, ModelIndexState.Ready, "")], Silo("silo-1", resident));

        Assert.Equal(("iris", "3", ModelJoin.Ready, "", "silo-1", 7, 7, 1, TimeSpan.FromSeconds(4), true), Flatten(model));
    }

    [Fact]
    public void Join_ModelOnSeveralSilos_IsOneOfTheirSums()
    {
        var model = JoinOne(
            [new("iris", 3, ModelIndexState.Ready, "")],
            Silo("silo-2", Resident("iris", 3) with { Bytes = 5, MappedBytes = 2, Hits = 7, InFlight = 1, Age = TimeSpan.FromSeconds(4) }),
            Silo("silo-1", Resident("iris", 3) with { Bytes = 10, Hits = 1, InFlight = 2, Age = TimeSpan.FromSeconds(9), IsPinned = true }),
            Empty with { Silo = "silo-3" });

        Assert.Equal(("iris", "3", ModelJoin.Ready, "", "silo-1,silo-2", 17, 8, 3, TimeSpan.FromSeconds(4), true), Flatten(model));
    }

    [Fact]
    public void Join_TwoVersionsOnOneSilo_NamesTheSiloOnceAndTheVersionsNewestFirst()
    {
        var model = JoinOne([new("iris", 9, null, ""), new("iris", 10, null, "")], Silo("silo-1", Resident("iris", 10), Resident("iris", 11)));

        Assert.Equal(("11,10,9", "silo-1"), (string.Join(',', model.Versions), string.Join(',', model.Silos)));
    }

    [Theory]
    [InlineData(ResidentState.Queued, "queued")]
    [InlineData(ResidentState.Opening, "opening")]
    [InlineData(ResidentState.Draining, "draining")]
    public void Join_ModelThatIsNowhereReady_SaysWhereItIsInItsLife(ResidentState state, string expected)
    {
        // What the store says of an earlier try is over.
        var model = JoinOne([new("iris", 3, ModelIndexState.Loading, "it has no head")], Silo("silo-1", Resident("iris", 3) with { State = state }));

        Assert.Equal((expected, ""), (model.State, model.Why));
    }

    [Fact]
    public void Join_ModelThatIsReadySomewhere_IsReady()
    {
        var model = JoinOne(
            [new("iris", 2, ModelIndexState.Unavailable, "it has no head")],
            Silo("silo-1", Resident("iris", 3) with { State = ResidentState.Opening }),
            Silo("silo-2", Resident("iris", 3)));

        Assert.Equal((ModelJoin.Ready, ""), (model.State, model.Why));
    }

    [Fact]
    public void Join_ModelOfAnOwnClass_IsListedWithoutAVersion() =>
        Assert.Equal(("own", ""), (JoinOne([], Silo("silo-1", Resident("own", 0))).Model, string.Join(',', JoinOne([], Silo("silo-1", Resident("own", 0))).Versions)));

    [Fact]
    public void Join_ModelOfTwoPools_IsOne()
    {
        var silo = Silo("silo-1", Resident("iris", 3)) with { Pools = [Pool("a", Resident("iris", 3)), Pool("b", Resident("iris", 0))] };

        Assert.Equal("3", string.Join(',', JoinOne([], silo).Versions));
    }

    [Fact]
    public void Join_AllOfThem_AreSortedByIdCharByCharAndToldApartByCase()
    {
        var models = ModelJoin.Join([new("b", 1, null, ""), new("a", 1, null, ""), new("A", 1, null, "")], [Silo("silo-1", Resident("own", 0), Resident("B", 0), Resident("a", 1))]);

        Assert.Equal(["A", "B", "a", "b", "own"], models.Select(static model => model.Model));
        Assert.Equal(["B", "a", "own"], models.Where(static model => !model.Silos.IsEmpty).Select(static model => model.Model));
    }

    [Fact]
    public void Join_AHundredThousandModels_EachHasItsOwn()
    {
        const int Models = 100_000;
        var residents = Enumerable.Range(0, Models).Where(static i => i % 2 == 0).Select(static i => Resident(IdOf(i), i + 1)).ToArray();

        var models = ModelJoin.Join([.. Enumerable.Range(0, Models).Reverse().Select(static i => new ModelIndexEntry(IdOf(i), null, null, ""))], [Silo("silo-1", residents)]);

        Assert.Equal(Models, models.Length);
        Assert.DoesNotContain(models.Select(static (model, i) => (model, i)), static one =>
            one.model.Model != IdOf(one.i) || (one.i % 2 == 0 ? !one.model.Versions.SequenceEqual([one.i + 1L]) : one.model.State != ModelJoin.InStore));
    }

    private static string IdOf(int i) => i.ToString("D6", CultureInfo.InvariantCulture);

    private static KnownModel JoinOne(ImmutableArray<ModelIndexEntry> entries, params ImmutableArray<SiloResidency> silos) => Assert.Single(ModelJoin.Join(entries, silos));

    private static (string Model, string Versions, string State, string Why, string Silos, long Bytes, long Hits, int InFlight, TimeSpan? Age, bool IsPinned) Flatten(KnownModel model) => (
        model.Model, string.Join(',', model.Versions), model.State, model.Why, string.Join(',', model.Silos), model.Bytes, model.Hits, model.InFlight, model.Age, model.IsPinned);

    private static ResidentModel Resident(string model, long version) => FakeMultiplexClient.Resident(model) with { Version = version };

    private static SiloResidency Silo(string name, params ResidentModel[] models) => Empty with { Silo = name, Pools = [Pool("Inference", models)] };

    private static PoolResidency Pool(string name, params ResidentModel[] models) => new() { Pool = name, MaxModels = -1, ChargedModels = models.Length, Models = [.. models] };
}
