using System.Diagnostics.Metrics;
using System.Globalization;
using Orleans.Multiplex.Telemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>What OpenTelemetry's own collector comes to have of the models of a long life.</summary>
[Collection(MetersAlone.Name)]
public sealed class BoundedSeriesTests : IDisposable
{
    private const string Duration = "multiplex.request.duration";
    private const string Copies = "multiplex.model.copies";
    private const int Names = 5;

    private readonly MeasuredSilo _silo = new(Names);
    private readonly CollectedMetrics _collected = new();

    public void Dispose()
    {
        _collected.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public void Series_AThousandModelsOverTime_StayBounded()
    {
        var pool = nameof(Series_AThousandModelsOverTime_StayBounded);
        _silo.Models.AddGauge(Copies, null, "", () => _silo.Names.Named.Select(series => Copy(pool, series.Id, 1)));
        var most = 0;
        for (var i = 0; i < 1000; i++)
        {
            var model = _silo.Names.Get(pool, i.ToString(CultureInfo.InvariantCulture));
            _silo.Answer(model);
            _silo.Time.Advance(NamedModels.Period);
            _silo.Answer(model);
            if (i % 10 == 0)
            {
                // What has ended is told a last time.
                _collected.Collect(Duration, pool);
                most = Math.Max(most, Math.Max(_collected.Collect(Duration, pool).Count, _collected.Collect(Copies, pool).Count));
            }
        }

        // Four times as many names as at once, those of the ten minutes in which nobody collected, and the one of all others.
        Assert.InRange(most, Names, (4 * Names) + 10 + 1);
        _collected.Collect(Duration, pool);
        Assert.Contains(_collected.Collect(Duration, pool), static one => one.Model == "999");
        Assert.DoesNotContain(_collected.Collect(Duration, pool), static one => one.Model == "500");
        Assert.DoesNotContain(_collected.Collect(Copies, pool), static one => one.Model == "500");
    }

    [Fact]
    public void BeginAnew_SeriesThatThereWere_AreGone_AndNewOnesCountFromZero()
    {
        var pool = nameof(BeginAnew_SeriesThatThereWere_AreGone_AndNewOnesCountFromZero);
        _silo.Models.AddGauge(Copies, null, "", static () => []);
        var (a, b) = (_silo.Names.Get(pool, "a"), _silo.Names.Get(pool, "b"));
        _silo.Answer(a, 3);
        _silo.Answer(b, 3);
        Assert.Equal([new("a", 3), new("b", 3)], _collected.Collect(Duration, pool).OrderBy(static one => one.Model));

        Assert.True(_silo.Models.TryBeginAnew());
        _silo.Answer(b, 1);

        // What has ended is told a last time.
        Assert.Contains(new("a", 3), _collected.Collect(Duration, pool));
        Assert.Equal([new("b", 1)], _collected.Collect(Duration, pool));
    }

    [Fact]
    public void Gauge_SeriesThatIsNotToldAnyMore_IsGone()
    {
        var pool = nameof(Gauge_SeriesThatIsNotToldAnyMore_IsGone);
        var isTold = true;
        _silo.Models.AddGauge(Copies, null, "", () => isTold ? [Copy(pool, "a", 1)] : []);
        Assert.Equal([new("a", 1)], _collected.Collect(Copies, pool));

        isTold = false;

        Assert.Empty(_collected.Collect(Copies, pool));
    }

    private static Measurement<int> Copy(string pool, string model, int value) => new(value, MeterTags.Of(MeterTags.Pool, pool), MeterTags.Of(MeterTags.Model, model));
}
