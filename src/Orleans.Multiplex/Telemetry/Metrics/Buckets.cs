using System.Diagnostics.Metrics;

namespace Orleans.Multiplex.Telemetry.Metrics;

/// <summary>Where the classes of histograms end: OpenTelemetry's own are for milliseconds.</summary>
internal static class Buckets
{
    /// <summary>Requests: from half a millisecond, which a warm one takes.</summary>
    public static readonly InstrumentAdvice<double> Request =
        Of(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30);

    /// <summary>What brings models in and takes them away.</summary>
    public static readonly InstrumentAdvice<double> Load =
        Of(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600);

    /// <summary>The time since a model's last use.</summary>
    public static readonly InstrumentAdvice<double> Age = Of(1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14_400, 43_200, 86_400, 604_800);

    /// <summary>Rows of a run.</summary>
    public static readonly InstrumentAdvice<long> Rows = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] };

    private static InstrumentAdvice<double> Of(params double[] ends) => new() { HistogramBucketBoundaries = ends };
}
