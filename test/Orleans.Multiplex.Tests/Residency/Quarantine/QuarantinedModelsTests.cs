using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Tests.Storage.Quarantine;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency.Quarantine;

public sealed class QuarantinedModelsTests
{
    private readonly QuarantinedModels _quarantine = new();
    private readonly List<QuarantineNews> _news = [];

    public QuarantinedModelsTests() => _quarantine.Changed += _news.Add;

    [Fact]
    public void Clear_ById_ClearsAllItsVersionsAndNoOtherModel()
    {
        _quarantine.Add([Entries.Make("1", "a"), Entries.Make("2", "b", version: 2), Entries.Make("3", "c", model: "iris/x")]);

        var cleared = _quarantine.Clear(ModelKey.Parse("iris"));

        Assert.Equal(["1", "2"], cleared.Select(entry => entry.Mark.Id));
        Assert.Null(_quarantine.Find("a"));
        Assert.Equal("3", _quarantine.Find("c")!.Mark.Id);
        Assert.Equal(["1", "2"], _news[^1].Cleared.Select(entry => entry.Mark.Id).Order());
        Assert.Empty(_quarantine.Clear(ModelKey.Parse("iris")));
    }

    [Fact]
    public void Clear_ByVersion_ClearsThatOne()
    {
        _quarantine.Add([Entries.Make("1", "a"), Entries.Make("2", "b", version: 2)]);

        Assert.Equal(["2"], _quarantine.Clear(ModelKey.Parse("iris@2")).Select(entry => entry.Mark.Id));
        Assert.Equal(["1"], _quarantine.FindAll().Select(entry => entry.Mark.Id));
    }

    [Fact]
    public void Take_WhatIsKnown_IsNoNews()
    {
        _quarantine.Add([Entries.Make("1")]);

        _quarantine.Take(_quarantine.Table);
        _quarantine.Add([Entries.Make("1")]);

        Assert.Equal(["1"], Assert.Single(_news).Held.Select(entry => entry.Mark.Id));
    }

    [Fact]
    public void Take_ClearedBeforeItWasKnown_HoldsNothingAndClearsNothing()
    {
        _quarantine.Add([Entries.Make("1", isCleared: true)]);

        var news = Assert.Single(_news);
        Assert.Equal((0, 0, 1), (news.Held.Length, news.Cleared.Length, news.Missed.Length));
        Assert.True(_quarantine.IsEmpty);
    }

    [Fact]
    public void Leave_TakesBackWhatWasAnnouncedAndAnnouncesNothingMore()
    {
        var mark = Entries.Make("1").Mark;
        _quarantine.Announce(mark);
        Assert.Equal([mark], _quarantine.Openings);

        _quarantine.Leave();
        _quarantine.Announce(mark);

        Assert.Empty(_quarantine.Openings);
    }
}
