using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains.Control;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

public sealed class LoadTrialsTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LoadTrials _trials;

    public LoadTrialsTests() => _trials = new LoadTrials(_time, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    public void TryBegin_UnderWay_IsNoSecondTime()
    {
        Assert.True(_trials.TryBegin("a", 2));
        Assert.False(_trials.TryBegin("a", 2));
        Assert.True(_trials.TryBegin("b", 2));
        Assert.False(_trials.TryBegin("c", 2));

        _trials.Succeed("a");

        Assert.True(_trials.TryBegin("c", 2));
    }

    [Fact]
    public void Fail_AgainAndAgain_PausesLongerAndTellsAReasonOnce()
    {
        var told = new List<bool>();
        foreach (var pause in new[] { 1, 2, 4, 5, 5 })
        {
            Assert.True(_trials.TryBegin("a", 9));
            told.Add(_trials.Fail("a", pause < 5 ? "broken" : "still broken"));
            _time.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromTicks(1));
            Assert.False(_trials.TryBegin("a", 9));
            _time.Advance(TimeSpan.FromTicks(1));
        }

        Assert.Equal([true, false, false, true, false], told);
    }

    [Fact]
    public void Retain_NotWantedAnyMore_IsForgotten()
    {
        _trials.TryBegin("a", 9);
        _trials.Fail("a", "broken");

        _trials.Retain(new HashSet<string>());

        Assert.True(_trials.TryBegin("a", 9));
    }
}
