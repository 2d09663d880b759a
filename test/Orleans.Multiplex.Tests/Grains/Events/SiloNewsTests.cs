using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains.Events;
using Xunit;
using static Orleans.Multiplex.Tests.Grains.Events.Members;

namespace Orleans.Multiplex.Tests.Grains.Events;

public sealed class SiloNewsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_AllWhoLive_OneOfThemTells()
    {
        var now = With(Of(1, 2, 3, 4), 1, SiloStatus.Dead);

        Assert.Equal(["silo-1", "", ""], new[] { 2, 3, 4 }.Select(teller => Take(NewsOf(teller, 1, 2, 3, 4), now)));
    }

    [Fact]
    public void Take_WhoIsNotToTell_HasSeenItAllTheSame_AndOnce()
    {
        var news = NewsOf(3, 1, 2, 3);
        var one = With(Of(1, 2, 3), 1, SiloStatus.Dead);
        var two = With(one, 2, SiloStatus.Dead);

        var looks = new[] { one, one, two }.Select(now => news.Take(now, static _ => false)).ToList();

        Assert.Equal(["silo-1", "", "silo-2"], looks.Select(static look => string.Join(' ', look.Seen.Select(static change => change.Silo))));
        Assert.Equal(["", "", "silo-1 silo-2"], looks.Select(static look => string.Join(' ', look.Told.Select(static change => change.Silo))));
    }

    [Fact]
    public void Take_TwoDieTogetherAndTheOneToTellIsFoundDeadLater_BothAreTold()
    {
        var news = NewsOf(3, 1, 2, 3);
        var one = With(Of(1, 2, 3), 1, SiloStatus.Dead);

        Assert.Equal("", Take(news, one));
        _time.Advance(SiloNews.Together);
        Assert.Equal("silo-1 silo-2", Take(news, With(one, 2, SiloStatus.Dead)));
    }

    [Fact]
    public void Take_TheOneThatHasToldDiesLongAfter_WhatItToldIsNotToldAgain()
    {
        var news = NewsOf(3, 1, 2, 3);
        var one = With(Of(1, 2, 3), 1, SiloStatus.Dead);

        Assert.Equal("", Take(news, one));
        _time.Advance(SiloNews.Together + TimeSpan.FromSeconds(1));
        Assert.Equal("silo-2", Take(news, With(one, 2, SiloStatus.Dead)));
    }

    [Fact]
    public void Take_SeveralDieOneAfterTheOther_EachIsToldOnceByWhoIsLeft()
    {
        var news = NewsOf(4, 1, 2, 3, 4);
        var one = With(Of(1, 2, 3, 4), 1, SiloStatus.Dead);
        var two = With(one, 2, SiloStatus.Dead);
        var three = With(two, 3, SiloStatus.Dead);

        Assert.Equal(["", "", "silo-1 silo-2 silo-3", ""], new[] { one, two, three, three }.Select(now => Take(news, now)));
    }

    [Fact]
    public void Take_OneJoinsBeforeTheOthersBetweenTwoDeaths_WhoSawTheFirstTellsOfIt()
    {
        // 4 and 2 die together, and 1 comes in the place of one of them before the death of 2 is noticed: it has seen nothing of 4.
        var (news, newcomer) = (NewsOf(3, 2, 3, 4), NewsOf(1, 1, 2, 3));
        var one = With(Of(2, 3, 4), 4, SiloStatus.Dead);
        var joined = With(Of(1, 2, 3, 4), 4, SiloStatus.Dead);
        var two = With(joined, 2, SiloStatus.Dead);

        Assert.Equal(["", "", "silo-4"], new[] { one, joined, two }.Select(now => Take(news, now)));
        Assert.Equal("silo-2", Take(newcomer, two));
    }

    private SiloNews NewsOf(int teller, params int[] members) => new(Address(teller), Of(members), _time);

    private static string Take(SiloNews news, System.Collections.Immutable.ImmutableDictionary<SiloAddress, ClusterMember> now) =>
        string.Join(' ', news.Take(now, static _ => false).Told.Select(static change => change.Silo));
}
