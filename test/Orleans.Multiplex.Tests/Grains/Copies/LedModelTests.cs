using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Placement.Copies;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains.Copies;

/// <summary>What is kept of a model that has copies.</summary>
public sealed class LedModelTests
{
    private static readonly SiloAddress A = SiloAddress.New(IPAddress.Loopback, 11111, 1);
    private static readonly SiloAddress B = SiloAddress.New(IPAddress.Loopback, 11112, 1);
    private static readonly CopyMeasure Busy = new(1, 1, TimeSpan.FromSeconds(1), 10);

    private readonly FakeTimeProvider _time = new();
    private readonly LedModel _model;

    public LedModelTests() => _model = new LedModel(CopyList.Of("iris", [A]), _time);

    [Fact]
    public void Pause_SilosRefuse_GrowsAndIsForgottenAfterAWhile()
    {
        Assert.Equal([5, 10, 20, 40, 60, 60], Enumerable.Range(0, 6).Select(_ => Refuse()));

        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(5, Refuse());
    }

    [Fact]
    public void Pause_NoneWasAsked_IsShortAndStaysSo()
    {
        for (var i = 0; i < 3; i++)
        {
            _model.Pause(wasAsked: false);
            Assert.True(_model.IsPaused);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.False(_model.IsPaused);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Lose_Silo_IsReplacedAtOnceOnlyIfItLeaves(bool leaves)
    {
        _model.Change(_model.List.With(B));
        _model.Measure(A, Busy);
        _model.Measure(B, Busy);

        _model.Lose(B, leaves);

        Assert.Equal([A], _model.List.Silos);
        Assert.Equal(!leaves, _model.IsPaused);
    }

    [Fact]
    public void Change_SiloComesBack_IsMeasuredAnew()
    {
        var both = _model.List.With(B);
        _model.Change(both);
        _model.Measure(A, Busy);
        _model.Measure(B, Busy);
        Assert.True(_model.IsMeasured);

        _model.Change(both.Where(_ => false));
        _model.Change(both);

        Assert.False(_model.IsMeasured);
        _model.Measure(B, default);
        Assert.Equal(default, _model.Usual[1]);
    }

    [Fact]
    public void List_Stamp_IsOfTheSilosInTheirOrderAndNeverOneThatSaysSomethingElse()
    {
        var list = CopyList.Of("iris", [A, B]);

        Assert.Equal(list.Stamp, CopyList.Of("iris", [A]).With(B).Stamp);
        Assert.NotEqual(list.Stamp, CopyList.Of("iris", [B, A]).Stamp);
        Assert.True(list.Stamp > 0);
    }

    // In whole seconds.
    private int Refuse()
    {
        _model.Pause(wasAsked: true);
        var seconds = 0;
        for (; _model.IsPaused; seconds++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        return seconds;
    }
}
