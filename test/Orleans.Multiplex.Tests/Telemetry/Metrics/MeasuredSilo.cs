using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

/// <summary>The telemetry of a silo with its metrics, put together by hand.</summary>
internal sealed class MeasuredSilo : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly RepeatedEvents _repeated;

    public MeasuredSilo(int maxModels = 2, bool rayNames = false)
    {
        Instruments = new SiloInstruments(Meters, Counters);
        Models = new ModelInstruments(Meters);
        Names = new NamedModels(maxModels, Models, Time);
        Ray = rayNames ? new RayInstruments(Instruments.Meter, "silo-1", "cluster-1") : null;
        var journal = new SiloJournal("silo-1", Time);
        _repeated = new RepeatedEvents(journal, Time);
        Telemetry = new SiloTelemetry(journal, _repeated, Counters, new SiloMetrics(Instruments, Models, Names, Ray));
    }

    public FakeTimeProvider Time { get; } = new();

    public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    public SiloCounters Counters { get; } = new();

    public SiloInstruments Instruments { get; }

    public ModelInstruments Models { get; }

    public NamedModels Names { get; }

    public RayInstruments? Ray { get; }

    public SiloTelemetry Telemetry { get; }

    /// <summary>Requests for a model, each of a millisecond.</summary>
    public void Answer(ModelSeries model, int requests = 1)
    {
        for (var i = 0; i < requests; i++)
        {
            Telemetry.Answered(new AnsweredRequest(model, TimeSpan.FromMilliseconds(1), LoadWait: null, TimeSpan.Zero, RunRows: 1));
        }
    }

    public void Dispose()
    {
        _repeated.Dispose();
        Names.Dispose();
        Models.Dispose();
        _services.Dispose();
    }
}
