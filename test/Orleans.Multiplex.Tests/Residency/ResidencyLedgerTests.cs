using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ResidencyLedgerTests : IDisposable
{
    private readonly TestSilo _silo = new();

    private ResidencyLedger Ledger => _silo.Ledger;

    public void Dispose() => _silo.Dispose();

    [Fact]
    public async Task Enter_ManyAtOnce_OneIsNewAndAllAreInside()
    {
        var entered = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => (Resident: Enter("m", out var isNew), isNew)))).Soon();

        Assert.Single(entered, one => one.isNew);
        Assert.Equal(50, Assert.Single(entered.Select(one => one.Resident).Distinct()).Gate.Users);
    }

    [Fact]
    public void Enter_WhileTheOldOneLeaves_MakesANewOne()
    {
        var old = _silo.Reside("m");
        Assert.True(Ledger.Contains(old.Key));
        Ledger.BeginLeaving(old);
        Assert.False(Ledger.Contains(old.Key));

        var current = Enter("m", out var isNew);

        Assert.True(isNew);
        Assert.Equal([current, old], Ledger.Snapshot());
        Ledger.Remove(old, "unloaded");
        Assert.Equal([current], Ledger.Snapshot());
        Assert.True(Ledger.Contains(current.Key));
    }

    [Fact]
    public void Enter_GateOfTheOldOneIsClosed_MakesANewOne()
    {
        var old = _silo.Reside("m");
        old.Gate.Close();
        Assert.False(Ledger.Contains(old.Key));

        Assert.NotSame(old, Enter("m", out var isNew));
        Assert.True(isNew);
    }

    [Theory]
    [InlineData("m", 3L)]
    [InlineData("m@2", 2L)]
    [InlineData("m@4", null)]
    [InlineData("n", null)]
    public void Find_ModelOfTheStore_IsItsNewestUnlessAVersionIsNamed(string model, long? version)
    {
        foreach (var one in new[] { 3, 2 })
        {
            Ledger.Enter(new ResidentKey(ModelPool.OfStore, "m", one), "m", _silo.Pool, out _);
        }

        Assert.Equal(version, Ledger.Find(ModelPool.OfStore, ModelKey.Parse(model))?.Key.Version);
        Assert.Null(Ledger.Find("A", ModelKey.Parse(model)));
    }

    [Fact]
    public void Find_VersionThatIsHeldByItsNameAlone_IsNotWhatTheModelIs()
    {
        var (older, newer) = (Enter(2), Enter(3));
        newer.AddHolder(new Holder("m@3"));
        Assert.Same(older, Ledger.Find(ModelPool.OfStore, ModelKey.Parse("m")));

        newer.AddHolder(new Holder("m"));
        Assert.Same(newer, Ledger.Find(ModelPool.OfStore, ModelKey.Parse("m")));

        Resident Enter(long version) => Ledger.Enter(new ResidentKey(ModelPool.OfStore, "m", version), "m", _silo.Pool, out _);
    }

    [Fact]
    public void Find_OneOfTheVersionsIsRemoved_IsTheOther()
    {
        var residents = new[] { 2, 3 }.Select(version => Ledger.Enter(new ResidentKey(ModelPool.OfStore, "m", version), "m", _silo.Pool, out _)).ToList();

        Ledger.Remove(residents[1], "gone");
        Assert.Same(residents[0], Ledger.Find(ModelPool.OfStore, ModelKey.Parse("m")));
        Ledger.Remove(residents[0], "gone");

        Assert.Null(Ledger.Find(ModelPool.OfStore, ModelKey.Parse("m")));
    }

    [Theory]
    [InlineData("m", 0L)]
    [InlineData("m@2", 2L)]
    [InlineData("m@4", null)]
    public void Find_ModelOfAnOwnClass_IsWhatTheKeyNames(string model, long? version)
    {
        foreach (var one in new[] { 0, 2 })
        {
            Ledger.Enter(new ResidentKey("A", "m", one), "m", _silo.Pool, out _);
        }

        Assert.Equal(version, Ledger.Find("A", ModelKey.Parse(model))?.Key.Version);
    }

    [Theory]
    [InlineData("A")]
    [InlineData(ModelPool.OfStore)]
    public void Find_TheModelLeaves_IsNotThere(string pool)
    {
        var resident = Ledger.Enter(new ResidentKey(pool, "m", 0), "m", _silo.Pool, out _);
        Assert.Same(resident, Ledger.Find(pool, ModelKey.Parse("m")));

        resident.Gate.Close();

        Assert.Null(Ledger.Find(pool, ModelKey.Parse("m")));
    }

    [Fact]
    public void Enter_OtherPoolOrVersion_IsAnotherModel()
    {
        var models = new[] { new ResidentKey("A", "m", 0), new ResidentKey("B", "m", 0), new ResidentKey("A", "m", 1) }
            .Select(key => Ledger.Enter(key, "m", _silo.Pool, out _));

        Assert.Equal(3, models.Distinct().Count());
    }

    private Resident Enter(string id, out bool isNew) => Ledger.Enter(new ResidentKey("A", id, 0), id, _silo.Pool, out isNew);

    private sealed class Holder(string model) : IResidentHolder
    {
        public string Model => model;

        public void OnUnloading(Resident resident)
        {
        }
    }
}
