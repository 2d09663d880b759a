using OpenTelemetry;
using OpenTelemetry.Metrics;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>What OpenTelemetry's own collector has of the meter, of all hosts in this process: a test tells its own series by a pool of its own.</summary>
internal sealed class CollectedMetrics : IDisposable
{
    private readonly Exporter _exporter = new();
    private readonly MeterProvider _provider;

    public CollectedMetrics() => _provider = Sdk.CreateMeterProviderBuilder()
        .AddMeter(MeterTags.Meter)
        .AddReader(new BaseExportingMetricReader(_exporter))
        .Build();

    /// <summary>A series.</summary>
    /// <param name="Model">The model's name.</param>
    /// <param name="Count">The values of a histogram, or the value of a gauge.</param>
    public readonly record struct Point(string Model, long Count);

    /// <summary>The series of an instrument that a pool has now.</summary>
    public IReadOnlyList<Point> Collect(string instrument, string pool)
    {
        _exporter.Wanted = (instrument, pool);
        _provider.ForceFlush();
        return _exporter.Points;
    }

    public void Dispose()
    {
        _provider.Dispose();
        _exporter.Dispose();
    }

    private sealed class Exporter : BaseExporter<Metric>
    {
        public (string Instrument, string Pool) Wanted { get; set; }

        public List<Point> Points { get; private set; } = [];

        public override ExportResult Export(in Batch<Metric> batch)
        {
            Points = [];
            foreach (var metric in batch)
            {
                if (metric.Name == Wanted.Instrument)
                {
                    Add(metric);
                }
            }

            return ExportResult.Success;
        }

        private void Add(Metric metric)
        {
            foreach (ref readonly var point in metric.GetMetricPoints())
            {
                var tags = new Dictionary<string, object?>();
                foreach (var (key, value) in point.Tags)
                {
                    tags[key] = value;
                }

                if (Equals(tags.GetValueOrDefault(MeterTags.Pool), Wanted.Pool))
                {
                    Points.Add(new Point($"{tags.GetValueOrDefault(MeterTags.Model)}", metric.MetricType == MetricType.Histogram ? point.GetHistogramCount() : point.GetGaugeLastValueLong()));
                }
            }
        }
    }
}
