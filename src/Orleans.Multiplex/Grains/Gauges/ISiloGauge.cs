using System.Diagnostics.Metrics;

namespace Orleans.Multiplex.Grains.Gauges;

/// <summary>A part of a silo that is read when somebody looks.</summary>
internal interface ISiloGauge
{
    /// <summary>Adds its instruments.</summary>
    void AddTo(Meter meter);
}
