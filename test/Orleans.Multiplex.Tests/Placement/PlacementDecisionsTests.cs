using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Placement;
using Xunit;

namespace Orleans.Multiplex.Tests.Placement;

public sealed class PlacementDecisionsTests
{
    private readonly PlacementDecisions _decisions = new(new FakeTimeProvider());

    [Fact]
    public void Add_MoreThanFourOfAModel_TheNewestAreKept()
    {
        var made = Enumerable.Range(0, 6).Select(_ => Make(silos: 3)).ToList();

        made.ForEach(decision => _decisions.Add("m", decision));

        Assert.Equal(Enumerable.Reverse(made).Take(4), _decisions.Find("m").Select(one => one.Decision));
    }

    [Theory]
    [InlineData(3, 40_000)]
    [InlineData(1000, 250)]
    public void Add_MoreThanThereIsRoomFor_TheOldestGo(int silos, int most)
    {
        var decision = Make(silos);
        for (var i = 0; i < most + 10; i++)
        {
            _decisions.Add($"{i}", decision);
        }

        Assert.Empty(_decisions.Find("9"));
        Assert.Single(_decisions.Find("10"));
        Assert.Single(_decisions.Find($"{most + 9}"));
    }

    [Fact]
    public void Add_OneModelAgainAndAgain_ItsLastStayThoughTheyTakeTheRoom()
    {
        for (var i = 0; i < 1000; i++)
        {
            _decisions.Add("m", Make(silos: 1000));
        }

        Assert.Equal(4, _decisions.Find("m").Length);
    }

    [Fact]
    public void Add_AmongMoreSilosThanThereIsRoomFor_TheLastIsKept()
    {
        _decisions.Add("a", Make(silos: 1));
        _decisions.Add("b", Make(silos: 250_001));

        Assert.Equal([0, 1], [_decisions.Find("a").Length, _decisions.Find("b").Length]);
    }

    private static PlacementDecision Make(int silos) =>
        PlacementPolicy.Decide(new PlacementSnapshot("m", 0, [.. Enumerable.Range(0, silos).Select(i => new SiloCandidate { Silo = $"{i}" })]));
}
