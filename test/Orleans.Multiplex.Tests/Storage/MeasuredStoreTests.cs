using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Tests.Telemetry.Metrics;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage;

[Collection(Telemetry.Metrics.MetersAlone.Name)]
public sealed class MeasuredStoreTests : IDisposable
{
    private readonly MeasuredSilo _silo = new();
    private readonly RecordedMeter _meter;
    private readonly FakeStore _store = new();
    private readonly MeasuredStore _measured;

    public MeasuredStoreTests()
    {
        _meter = new RecordedMeter(_silo.Meters);
        _measured = new MeasuredStore(_store, _silo.Instruments, _silo.Time);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _meter.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Find_TakesTime_IsMeasured()
    {
        _store.Find = _ =>
        {
            _silo.Time.Advance(TimeSpan.FromSeconds(2));
            return new(FakeStore.Manifest("m"));
        };

        Assert.Equal("m", (await _measured.FindAsync(ModelKey.Parse("m"), null, Cancellation))!.Id);

        Assert.Equal(["multiplex.store.request.duration{multiplex.operation=find} 2"], _meter.Take());
    }

    [Fact]
    public async Task Find_StoreDoesNotAnswer_IsMeasuredAsAnError()
    {
        _store.Find = _ => throw new StoreUnavailableException("m", "it is down.", TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<StoreUnavailableException>(() => _measured.FindAsync(ModelKey.Parse("m"), null, Cancellation).AsTask());

        Assert.Equal(["multiplex.store.request.duration{multiplex.operation=find,error.type=store_unavailable} 0"], _meter.Take());
    }

    // The interface has a body for this one, which would ask for each model by itself.
    [Fact]
    public async Task FindChanged_StoreThatTellsOfSeveralAtOnce_IsAsked()
    {
        _store.FindChanged = static _ => new([ModelKey.Parse("changed")]);

        Assert.Equal([ModelKey.Parse("changed")], await _measured.FindChangedAsync([FakeStore.Manifest("m")], null, Cancellation));

        Assert.Equal(["multiplex.store.request.duration{multiplex.operation=find_changed} 0"], _meter.Take());
    }

    [Fact]
    public async Task Fetch_CountsTheBytes()
    {
        var manifest = FakeStore.Manifest("m");

        await _measured.FetchAsync(manifest, manifest.Files[0], new Nowhere(), Cancellation);

        Assert.Equal(["multiplex.store.received{} 1", "multiplex.store.request.duration{multiplex.operation=fetch} 0"], _meter.Take());
    }

    private sealed class Nowhere : IFetchTarget
    {
        public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
