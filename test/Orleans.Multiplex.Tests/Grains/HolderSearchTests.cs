using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Tests.Client;
using Orleans.Multiplex.Tests.Grains.Events;
using Xunit;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains;

/// <summary>Who is asked for a model that may have lost its address, and what comes of it.</summary>
public sealed class HolderSearchTests
{
    private static readonly ModelKey Model = ModelKey.Parse("m@2");

    private readonly FakeSilos _silos = new();
    private readonly HolderSearch _search;
    private readonly List<SiloAddress> _asked = [];

    public HolderSearchTests()
    {
        _silos.Set(SiloStatus.Active, 1, 2, 3, 4);
        var losses = new SiloLosses(_silos, _silos.Time);
        losses.AreRecent();
        _search = new HolderSearch(_silos.Channel, losses, _silos.Time);
    }

    [Fact]
    public async Task Find_NoSiloWent_NobodyIsAsked()
    {
        Answer((_, _, _) => Task.FromResult(true));

        Assert.Null(await FindAsync());
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task Find_OneHoldsIt_IsThatOne()
    {
        _silos.Set(SiloStatus.ShuttingDown, 4);
        Answer((silo, pool, key) => Task.FromResult((silo, pool, key) == (Address(2), "A", Model)));

        Assert.Equal(Address(2), await FindAsync());
        Assert.DoesNotContain(Address(4), _asked);
    }

    [Fact]
    public async Task Find_NobodyHoldsIt_IsNobody()
    {
        _silos.Set(SiloStatus.Dead, 4);
        Answer((_, _, _) => Task.FromResult(false));

        Assert.Null(await FindAsync());
        Assert.Equal(3, _asked.Count);
    }

    [Fact]
    public async Task Find_AnotherDoesNotAnswer_IsNotWaitedFor()
    {
        _silos.Set(SiloStatus.Dead, 4);
        Answer((silo, _, _) => silo.Equals(Address(3)) ? Task.FromResult(true) : new TaskCompletionSource<bool>().Task);

        Assert.Equal(Address(3), await FindAsync());
    }

    [Fact]
    public async Task Find_OneDoesNotAnswerAndOneFails_EndsAfterAWhile()
    {
        _silos.Set(SiloStatus.Dead, 4);
        Answer((silo, _, _) => silo.Equals(Address(1)) ? new TaskCompletionSource<bool>().Task
            : silo.Equals(Address(2)) ? Task.FromException<bool>(FakeGrains.Rejection("gone"))
            : Task.FromResult(false));

        var search = _search.FindAsync("A", Model);
        Assert.False(search.IsCompleted);
        _silos.Time.Advance(TimeSpan.FromSeconds(0.25));

        Assert.Null(await search.Soon());
    }

    private Task<SiloAddress?> FindAsync() => _search.FindAsync("A", Model).Soon();

    private void Answer(Func<SiloAddress, string, ModelKey, Task<bool>> holds) => _silos.Holds = (silo, pool, key) =>
    {
        _asked.Add(silo);
        return holds(silo, pool, key);
    };
}
