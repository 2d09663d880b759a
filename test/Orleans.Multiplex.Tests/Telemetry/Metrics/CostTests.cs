using Orleans.Multiplex.Telemetry;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

[Collection(MetersAlone.Name)]
public sealed class CostTests : IDisposable
{
    private readonly MeasuredSilo _silo = new(rayNames: true);

    public void Dispose() => _silo.Dispose();

    [Fact]
    public void Answered_NobodyCollects_AllocatesNothing() => Assert.Equal(0, MeasureAllocated());

    [Fact]
    public void Answered_OpenTelemetryCollects_AllocatesNothing()
    {
        using var collected = new CollectedMetrics();

        Assert.Equal(0, MeasureAllocated());

        Assert.Equal(2 * Requests, collected.Collect("multiplex.request.duration", "CostTests").Sum(static point => point.Count));
    }

    private const int Requests = 1000;

    private long MeasureAllocated()
    {
        var model = _silo.Telemetry.GetSeries(new ModelName("CostTests", "a", 1));
        _silo.Answer(model, Requests); // The series are made.
        var before = GC.GetAllocatedBytesForCurrentThread();
        _silo.Answer(model, Requests);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
