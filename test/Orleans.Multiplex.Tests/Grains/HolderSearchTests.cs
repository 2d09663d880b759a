using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Tests.Grains.Events;
using Orleans.Serialization;
using Xunit;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>Who is asked for a model that may have lost its address, and what comes of it.</summary>
public sealed class HolderSearchTests
{
    private static readonly SiloAddress[] Suited = [Address(1), Address(2), Address(3), Address(4)];

    private readonly FakeSilos _silos = new();
    private readonly HolderSearch _search;
    private readonly List<SiloAddress> _asked = [];
    private (string Pool, string Model) _about;

    public HolderSearchTests()
    {
        _silos.Set(SiloStatus.Active, 1, 2, 3, 4, 5);
        _search = new HolderSearch(_silos.Channel, new RecentChanges(_silos, _silos.Time), new LocalSilo(Address(1)), _silos.Time);
    }

    [Fact]
    public async Task Find_NothingHasChangedOfLate_NobodyIsAsked()
    {
        Answer(static _ => Task.FromResult<long?>(1));
        Assert.NotNull(await FindAsync("m"));
        _asked.Clear();
        _silos.Time.Advance(TimeSpan.FromSeconds(11));

        Assert.Null(await FindAsync("m"));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Find_OneHoldsIt_IsThatOne_AndTheSiloItselfIsNotAsked()
    {
        Answer(static silo => Task.FromResult<long?>(silo.Equals(Address(3)) ? 0 : null));

        Assert.Equal(Address(3), await FindAsync("m"));
        Assert.Equal([Address(2), Address(3), Address(4)], _asked);
    }

    [Fact]
    public async Task Find_SeveralHoldVersionsOfIt_IsTheOneWithTheNewest()
    {
        Answer(static silo => Task.FromResult<long?>(silo.Equals(Address(2)) ? 2 : silo.Equals(Address(3)) ? 3 : 1));

        Assert.Equal(Address(3), await FindAsync("m", ModelPool.OfStore));
    }

    [Fact]
    public async Task Find_NobodyHoldsIt_IsNobody()
    {
        Answer(static _ => Task.FromResult<long?>(null));

        Assert.Null(await FindAsync("m@2"));
        Assert.Equal(("A", "m@2"), _about);
        Assert.Equal(3, _asked.Count);
    }

    [Theory]
    [InlineData("m@2", ModelPool.OfStore)]
    [InlineData("m", "A")]
    public async Task Find_ThereCanBeNoNewerOne_IsNotWaitedForElsewhere(string model, string pool)
    {
        Answer(static silo => silo.Equals(Address(3)) ? Task.FromResult<long?>(2) : new TaskCompletionSource<long?>().Task);

        Assert.Equal(Address(3), await FindAsync(model, pool));
    }

    [Fact]
    public async Task Find_TheSiloItselfLoadsIt_IsThatOne()
    {
        using var silo = new TestSilo();
        silo.Ledger.Enter(new ResidentKey("A", "m", 0), "m", silo.Pool, out _);
        var ready = silo.Reside("ready");
        var search = new HolderSearch(_silos.Channel, new RecentChanges(_silos, _silos.Time), new LocalSilo(Address(1)), _silos.Time, silo.Ledger);

        Assert.Equal(Address(1), await search.FindAsync("A", ModelKey.Parse("m"), Suited).Soon());
        Assert.Null(await search.FindAsync(ready.Key.Pool, ModelKey.Parse("ready"), Suited).Soon());
    }

    [Fact]
    public async Task Find_OneDoesNotAnswerAndOneFails_EndsAfterAWhile()
    {
        Answer(static silo => silo.Equals(Address(2)) ? new TaskCompletionSource<long?>().Task
            : silo.Equals(Address(3)) ? Task.FromException<long?>(new SerializerException("an older silo"))
            : Task.FromResult<long?>(1));

        var search = FindAsync("m", ModelPool.OfStore);
        Assert.False(search.IsCompleted);
        _silos.Time.Advance(TimeSpan.FromSeconds(0.25));

        Assert.Equal(Address(4), await search);
    }

    private Task<SiloAddress?> FindAsync(string model, string pool = "A") => _search.FindAsync(pool, ModelKey.Parse(model), Suited).Soon();

    private void Answer(Func<SiloAddress, Task<long?>> answer) => _silos.FindHeld = (silo, pool, key) =>
    {
        _asked.Add(silo);
        _about = (pool, key.ToString());
        return answer(silo);
    };
}
