using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Calls.Copies;
using Xunit;

namespace Orleans.Multiplex.Tests.Client.Copies;

/// <summary>Which copy a caller chooses. Where Ray Serve's router has a test for the same, its number is given.</summary>
public sealed class CopyTableTests
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);
    private static readonly SiloAddress A = Silo(1);
    private static readonly SiloAddress B = Silo(2);
    private static readonly SiloAddress C = Silo(3);

    private readonly FakeTimeProvider _time = new();

    // P1, P3: of those that have the model, and of no other; never without end.
    [Fact]
    public void Choose_LoadedHolders_OnlyThese()
    {
        var table = Table();
        table.Learn(News(A, 9, A, B));
        table.Learn(News(B, 9));

        Assert.Equal([A, B], Enumerable.Range(0, 100).Select(_ => table.Choose()!.Silo).Distinct().Order());
    }

    [Fact]
    public void Choose_OneIsLoaded_TheOther()
    {
        var table = Table();
        table.Learn(News(A, 50, A, B));

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(B, table.Choose()!.Silo);
        }
    }

    // P9: a burst is spread at once, by what the caller itself has sent, whatever it last heard.
    [Fact]
    public void Choose_Burst_SpreadsEvenly()
    {
        var table = Table();
        table.Learn(News(A, 0, A, B, C));

        var sent = Enumerable.Range(0, 300).Select(_ => table.Choose()!.Silo).CountBy(static silo => silo).ToDictionary();

        Assert.All(sent.Values, static count => Assert.InRange(count, 95, 105));
    }

    [Fact]
    public void Choose_ThreeOfWhichOneIsBest_TakesTheWorstOfThreeNever()
    {
        var table = Table();
        table.Learn(News(A, 100, A, B, C));
        table.Learn(News(B, 200));

        Assert.DoesNotContain(B, Enumerable.Range(0, 20).Select(_ => table.Choose()!.Silo));
    }

    // P7: where a place comes free, or a copy comes, all go there.
    [Fact]
    public void Learn_NewCopy_GetsWhatComes()
    {
        var table = Table();
        table.Learn(News(A, 500, A, B));
        table.Learn(News(B, 500));
        table.Learn(News(A, 500, A, B, C));

        var sent = Enumerable.Range(0, 100).Select(_ => table.Choose()!.Silo).CountBy(static silo => silo).ToDictionary();

        Assert.InRange(sent[C], 50, 80); // whenever it is one of the two
    }

    [Fact]
    public void Choose_HeardOfACrowdLongAgo_IsTriedAgain()
    {
        var table = Table();
        table.Learn(News(A, 100, A, B));
        table.Learn(News(B, 50));
        Assert.Equal(B, Choose(table));

        _time.Advance(Pace * 100);

        Assert.Equal([A, B], Enumerable.Range(0, 50).Select(_ => Choose(table)).Distinct().Order());
    }

    [Fact]
    public void Choose_SlowSiloWithFew_CountsLikeAFastOneWithMany()
    {
        var table = Table();
        table.Learn(News(A, 10, A, B) with { Pace = TimeSpan.FromMilliseconds(100) });
        table.Learn(News(B, 20) with { Pace = TimeSpan.FromMilliseconds(10) });

        Assert.Equal(B, Choose(table));
    }

    [Fact]
    public void Choose_HereAndElsewhereAlike_Here()
    {
        var table = Table(here: B);
        table.Learn(News(A, 0, A, B, C));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(B, Choose(table));
        }
    }

    [Fact]
    public void Choose_HereIsMoreLoaded_Elsewhere()
    {
        var table = Table(here: B);
        table.Learn(News(B, 10, A, B));

        Assert.Equal(A, Choose(table));
    }

    [Fact]
    public void Choose_ButOne_AnotherOrNone()
    {
        var table = Table();
        table.Learn(News(A, 0, A, B));
        var first = table.Choose()!;
        var other = table.Choose(first)!;

        Assert.NotEqual(first.Silo, other.Silo);
        table.Remove(other);
        Assert.Null(table.Choose(first));
    }

    [Fact]
    public void Remove_Copy_IsNotChosenAndTheListIsAskedFor()
    {
        var table = Table();
        table.Learn(News(A, 0, A, B));
        var gone = table.Choose()!;
        Assert.Equal(77, table.Stamp);

        table.Remove(gone);

        Assert.Equal(CopyTables.Unknown, table.Stamp);
        Assert.NotEqual(gone.Silo, Choose(table));
        Assert.NotEqual(gone.Silo, Choose(table));
    }

    [Fact]
    public void Learn_OtherOrder_SaysWhichOneHasTheGrain()
    {
        var table = Table(here: A);
        table.Learn(News(A, 0, A, B));
        var chosen = table.Choose()!;
        Assert.True(chosen.IsFirst);
        table.End(chosen);

        table.Learn(News(A, 0, B, A));

        Assert.False(table.Choose()!.IsFirst);
    }

    [Fact]
    public void Tables_NoCopiesAnyMore_AreForgotten()
    {
        var tables = new CopyTables(new Random(1), here: null, _time);
        Assert.Null(tables.Find("iris"));
        tables.Learn("iris", News(A, 0, A, B));
        Assert.NotNull(tables.Find("iris"));
        tables.Learn("iris", null);
        Assert.NotNull(tables.Find("iris"));

        tables.Learn("iris", new CopyNews(0, [], A, 0, TimeSpan.Zero));

        Assert.Null(tables.Find("iris"));
    }

    [Fact]
    public void Expect_Load_DrainsWithTimeAndGrowsWithWhatIsSent()
    {
        var load = new HeardLoad(Users: 10, Pace, SentBefore: 4);

        Assert.Equal(Pace * 10, load.Expect(TimeSpan.Zero, sent: 4));
        Assert.Equal(Pace * 13, load.Expect(TimeSpan.Zero, sent: 7));
        Assert.Equal(Pace * 6, load.Expect(Pace * 4, sent: 4));
        Assert.Equal(Pace * 3, load.Expect(Pace * 1000, sent: 7));
        Assert.Equal(TimeSpan.Zero, load.Expect(Pace * 1000, sent: 0));
        Assert.True(new HeardLoad(5, TimeSpan.Zero, 0).Expect(TimeSpan.Zero, 0) > TimeSpan.Zero);
    }

    [Theory]
    [InlineData("iris")]
    [InlineData("team/iris@3")]
    public void Address_AsAKey_IsReadAsItWas(string model)
    {
        Assert.True(CopyAddress.TryParse(new CopyAddress(A, model).ToString(), out var address));
        Assert.Equal(new CopyAddress(A, model), address);
    }

    [Theory]
    [InlineData("")]
    [InlineData("iris")]
    [InlineData(" iris")]
    [InlineData("nowhere iris")]
    [InlineData("127.0.0.1:x@1 iris")]
    public void Address_NoKey_IsNone(string key) => Assert.False(CopyAddress.TryParse(key, out _));

    private static SiloAddress Silo(int number) => SiloAddress.New(IPAddress.Loopback, 11110 + number, 1);

    private static CopyNews News(SiloAddress silo, int users, params SiloAddress[] silos) =>
        new(77, silos.Length == 0 ? default : [.. silos], silo, users, Pace);

    private static SiloAddress Choose(CopyTable table)
    {
        var chosen = table.Choose()!;
        table.End(chosen);
        return chosen.Silo;
    }

    private CopyTable Table(SiloAddress? here = null) => new(new Random(5), here, _time);
}
