using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Telemetry.Metrics;

[Collection(MetersAlone.Name)]
public sealed class SiloMetricsTests : IDisposable
{
    private static readonly ModelName Model = new("P", "a", 1);

    private readonly MeasuredSilo _silo = new(rayNames: true);
    private readonly RecordedMeter _meter;

    public SiloMetricsTests() => _meter = new RecordedMeter(_silo.Meters);

    public void Dispose()
    {
        _meter.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public void Answered_Hit_IsMeasuredByItsModel()
    {
        var request = new AnsweredRequest(_silo.Telemetry.GetSeries(Model), TimeSpan.FromMilliseconds(2), LoadWait: null, TimeSpan.FromMilliseconds(1), RunRows: 4);

        _silo.Telemetry.Answered(request);

        Assert.Equal(
            [
                "multiplex.request.duration{multiplex.pool=P,multiplex.model=a} 0.002",
                "multiplex.request.queue_delay{} 0.001",
                "multiplex.run.batch_size{} 4",
                "ray_serve_multiplexed_get_model_requests_counter{deployment=P,replica=silo-1,application=cluster-1} 1",
            ],
            _meter.Take());
        Assert.Equal(
            ["multiplex.requests{multiplex.outcome=cold} 0", "multiplex.requests{multiplex.outcome=failed} 0", "multiplex.requests{multiplex.outcome=hit} 1", "multiplex.requests{multiplex.outcome=refused} 0"],
            _meter.Observe("multiplex.requests"));
    }

    [Fact]
    public void Answered_Cold_SaysHowLongItWaited()
    {
        _silo.Telemetry.Answered(new AnsweredRequest(_silo.Telemetry.GetSeries(Model), TimeSpan.FromSeconds(2), LoadWait: TimeSpan.FromSeconds(1)));

        Assert.Equal(["multiplex.request.cold_wait{multiplex.pool=P} 1", "multiplex.request.duration{multiplex.pool=P,multiplex.model=a} 2"], _meter.Take("multiplex"));
        Assert.Contains("multiplex.requests{multiplex.outcome=cold} 1", _meter.Observe());
    }

    [Fact]
    public void Failed_Refusal_IsCountedByItsReason()
    {
        _silo.Telemetry.GetSeries(Model);

        _silo.Telemetry.Failed(Model, new OverloadedException("a", "", TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(1));

        // What was refused did not have its model, so for Ray's hit rate nobody asked.
        Assert.Equal(
            ["multiplex.refusals{multiplex.pool=P,multiplex.reason=overloaded} 1", "multiplex.request.duration{multiplex.pool=P,multiplex.model=a,error.type=overloaded} 1"],
            _meter.Take());
    }

    [Fact]
    public void Failed_IdsThatNobodyLoaded_AreOneSeries()
    {
        for (var i = 0; i < 100; i++)
        {
            _silo.Telemetry.Failed(new ModelName("P", $"made-up-{i}", 0), new ModelNotFoundException($"made-up-{i}", "", TimeSpan.Zero), TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["multiplex.request.duration{multiplex.pool=P,multiplex.model=other,error.type=not_found} 1"], _meter.Take().Distinct());
        Assert.Empty(_silo.Names.Named);
    }

    [Fact]
    public void Failed_ModelWentMeanwhile_IsMeasuredWhereItIsTriedAgain()
    {
        _silo.Telemetry.Failed(Model, new ModelUnloadedException("a"), TimeSpan.FromSeconds(1));

        Assert.Empty(_meter.Take());
    }

    [Fact]
    public void Loaded_IsMeasured()
    {
        _silo.Telemetry.Loaded(Model, TimeSpan.FromSeconds(2), bytes: 10, isSuccessor: false);

        Assert.Equal(
            [
                "multiplex.model.load.duration{multiplex.pool=P} 2",
                "ray_serve_multiplexed_model_load_latency_ms{deployment=P,replica=silo-1,application=cluster-1} 2000",
                "ray_serve_multiplexed_models_load_counter{deployment=P,replica=silo-1,application=cluster-1} 1",
            ],
            _meter.Take());
    }

    [Fact]
    public void LoadFailed_IsCountedByItsKind_AndWithRayAsAnAttempt()
    {
        _silo.Telemetry.LoadFailed(Model, "broken", "It is.");

        Assert.Equal(
            [
                "multiplex.model.load.failures{multiplex.pool=P,error.type=broken} 1",
                "ray_serve_multiplexed_get_model_requests_counter{deployment=P,replica=silo-1,application=cluster-1} 1",
                "ray_serve_multiplexed_models_load_counter{deployment=P,replica=silo-1,application=cluster-1} 1",
            ],
            _meter.Take());
        Assert.Contains("multiplex.model.loads{multiplex.outcome=failed} 1", _meter.Observe());
    }

    [Theory]
    [InlineData(EvictionReason.Quota, "quota", true)]
    [InlineData(EvictionReason.Idle, "idle", false)]
    public void Evicted_IsCountedByItsReason(EvictionReason reason, string word, bool wasInUse)
    {
        _silo.Telemetry.Evicted(Model, new EvictedModel(reason, "b", "1 model", wasInUse, TimeSpan.FromSeconds(90), 10), TimeSpan.FromSeconds(1));

        Assert.Equal(
            [
                $"multiplex.model.eviction.age{{multiplex.pool=P,multiplex.reason={word}}} 90",
                $"multiplex.model.evictions{{multiplex.pool=P,multiplex.reason={word},multiplex.in_use={(wasInUse ? "true" : "false")}}} 1",
                "multiplex.model.unload.duration{multiplex.pool=P} 1",
                "ray_serve_multiplexed_model_unload_latency_ms{deployment=P,replica=silo-1,application=cluster-1} 1000",
                "ray_serve_multiplexed_models_unload_counter{deployment=P,replica=silo-1,application=cluster-1} 1",
            ],
            _meter.Take());
    }

    [Fact]
    public void SilosThatDied_AreCounted_WhoeverTellsOfThem()
    {
        _silo.Telemetry.SiloChanged(ClusterEventKind.SiloDied, "silo-2", "");
        _silo.Telemetry.SawDeaths(2);

        Assert.Equal(["multiplex.cluster.deaths{} 2"], _meter.Observe("multiplex.cluster"));
    }

    [Fact]
    public void Instruments_EachSaysWhatItIs()
    {
        Assert.All(_meter.Instruments, static instrument => Assert.False(string.IsNullOrEmpty(instrument.Description), instrument.Name));
        Assert.All(_meter.Instruments, static instrument => Assert.Equal("Orleans.Multiplex", instrument.Meter.Name));
    }
}
