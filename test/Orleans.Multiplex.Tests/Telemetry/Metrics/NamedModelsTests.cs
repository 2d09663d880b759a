using System.Runtime.CompilerServices;
using Orleans.Multiplex.Telemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

[Collection(MetersAlone.Name)]
public sealed class NamedModelsTests : IDisposable
{
    private readonly MeasuredSilo _silo = new(maxModels: 2);
    private readonly RecordedMeter _meter;

    public NamedModelsTests() => _meter = new RecordedMeter(_silo.Meters);

    public void Dispose()
    {
        _meter.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public void Get_NamesToSpare_NamesAtOnce()
    {
        Assert.Equal(["a", "b", "other"], Get("a", "b", "c").Select(static one => one.Name));
    }

    [Fact]
    public void Get_SameModelAgain_IsTheSameSeries() => Assert.Same(_silo.Names.Get("P", "a"), _silo.Names.Get("P", "a"));

    [Fact]
    public void Get_SameIdInOtherPool_IsAnother() => Assert.NotSame(_silo.Names.Get("P", "a"), _silo.Names.Get("Q", "a"));

    [Fact]
    public void Look_AfterAMinute_NamesTheBusiest()
    {
        var models = Get("a", "b", "c");
        _silo.Answer(models[0], 1);
        _silo.Answer(models[1], 5);
        _silo.Answer(models[2], 5);

        _silo.Time.Advance(NamedModels.Period);

        Assert.Equal(["other", "b", "c"], models.Select(static one => one.Name));
    }

    [Fact]
    public void Look_RequestsOfFormerMinutes_CountHalfEachTime()
    {
        var models = Get("a", "b", "c");
        _silo.Answer(models[0], 100);
        _silo.Answer(models[1], 100);
        _silo.Time.Advance(NamedModels.Period);
        _silo.Answer(models[2], 70);

        _silo.Time.Advance(NamedModels.Period);
        Assert.NotEqual("c", models[2].Name);
        _silo.Answer(models[2], 70);
        _silo.Time.Advance(NamedModels.Period);

        Assert.Equal("c", models[2].Name);
    }

    [Fact]
    public void Look_MoreThanFourTimesAsManyNamesWereGiven_SeriesBeginAnew()
    {
        _silo.Models.AddGauge("gauge", null, "", () => [new(1)]);
        Get("a", "b");
        var first = _silo.Models.RequestDuration;
        foreach (var id in "cdefgh")
        {
            _silo.Answer(_silo.Names.Get("P", $"{id}"), 5);
            _silo.Names.Look();
        }

        // Eight names for two at once.
        Assert.Same(first, _silo.Models.RequestDuration);
        _meter.Observe();
        _silo.Answer(_silo.Names.Get("P", "i"), 5);
        _silo.Names.Look();

        Assert.NotSame(first, _silo.Models.RequestDuration);
        Assert.False(first.Enabled);
        Assert.True(_silo.Models.RequestDuration.Enabled);
        Assert.Equal(["gauge{} 1"], _meter.Observe("gauge"));
    }

    [Fact]
    public void Look_NobodyHasCollectedMeanwhile_SeriesGoOn()
    {
        _silo.Models.AddGauge("gauge", null, "", () => [new(1)]);
        var first = _silo.Models.RequestDuration;
        for (var i = 0; i < 100; i++)
        {
            _silo.Answer(_silo.Names.Get("P", $"{i}"), 5);
            _silo.Names.Look();
        }

        Assert.Same(first, _silo.Models.RequestDuration);
    }

    [Fact]
    public void Look_NobodyHasCollectedForLong_NamesThatWereGivenAreNotKept()
    {
        _silo.Models.AddGauge("gauge", null, "", () => [new(1)]);
        var given = Enumerable.Range(0, 100).Select(i => NameOnce($"{i}")).ToList();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // Four times as many as may be named at once, two that were too many, and those that are named or were asked for in the last minute.
        Assert.InRange(given.Count(static one => one.TryGetTarget(out _)), 2, 8 + 2 + 3);
    }

    [Fact]
    public void Find_ModelThatIsGone_IsForgotten()
    {
        // The first two have the names that there are.
        var held = Get("a", "b", "c");
        Leave("d");
        _silo.Names.Look();
        GC.Collect();
        GC.WaitForPendingFinalizers();

        Assert.Null(_silo.Names.Find("P", "d"));
        Assert.Same(held[2], _silo.Names.Find("P", "c"));
    }

    [Fact]
    public void Find_ModelThatIsGoneAndWasAskedForInTheLastMinute_IsThere()
    {
        Get("a", "b");
        Leave("d", requests: 1);
        _silo.Names.Look();
        GC.Collect();

        Assert.NotNull(_silo.Names.Find("P", "d"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Leave(string id, int requests = 0) => _silo.Answer(_silo.Names.Get("P", id), requests);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<ModelSeries> NameOnce(string id)
    {
        Leave(id, requests: 5);
        _silo.Names.Look();
        return new(_silo.Names.Find("P", id)!);
    }

    private ModelSeries[] Get(params string[] ids) => [.. ids.Select(id => _silo.Names.Get("P", id))];
}
