using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Tests.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Hosting;

public sealed class ResidencyLifecycleTests : IAsyncDisposable
{
    private readonly TestSilo _silo = new(maxModels: 9);
    private readonly RecordedRows _channel = new();
    private readonly SiloLife _life = new();
    private readonly MultiplexOptions _options = new() { IdleUnload = TimeSpan.FromMinutes(8) };
    private readonly ResidencyPublisher _publisher;
    private readonly TestScheduler _scheduler;
    private readonly FigureHistory _history;
    private readonly ResidencyLifecycle _lifecycle;

    public ResidencyLifecycleTests()
    {
        _publisher = new ResidencyPublisher(
            _silo.Quota, _silo.Evictions, _silo.Pins, _silo.Footprints, cached: null, _channel, new LocalSilo(SiloAddress.New(IPAddress.Loopback, 11111, 1)), _silo.Time);
        _scheduler = new TestScheduler(new(1, 10, 10, TimeSpan.FromSeconds(1)), "silo-1", _silo.Time, _silo.Log);
        _history = new FigureHistory(_silo.Counters, _silo.Time);
        _lifecycle = new ResidencyLifecycle(
            _publisher, _silo.Ledger, _silo.Evictions, _silo.Loader, _scheduler.Scheduler, _history, Options.Create(_options), _silo.Time);
        _lifecycle.Participate(_life);
    }

    public async ValueTask DisposeAsync()
    {
        _lifecycle.Dispose();
        _history.Dispose();
        await _publisher.DisposeAsync();
        _scheduler.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Start_IdleUnloadIsSet_UnloadsWhatNobodyUses()
    {
        await _life.StartAsync();
        var model = _silo.Reside("m");

        _silo.Time.Advance(TimeSpan.FromMinutes(9));

        await model.WhenGone.Soon();
        Assert.Contains("Unloading model 'm'. Reason: Idle.", _silo.Log.Messages);
    }

    [Fact]
    public async Task Stop_TellsThatItLeavesEndsLoadsAndUnloadsEveryModel()
    {
        await _life.StartAsync();
        var opening = new Checkpoint();
        _silo.Opener.Open = async (_, cancellationToken) =>
        {
            await opening.PassAsync(cancellationToken);
            return "model";
        };
        var models = new[] { _silo.Reside("a"), _silo.Reside("b") };
        var loading = _silo.Enter("c");
        await opening.Reached;

        await _life.StopAsync(ServiceLifecycleStage.Active, CancellationToken.None).Soon();
        Assert.True(_channel.Rows[^1].IsDraining);
        Assert.Equal(LoadFailureKind.Unloaded, (await loading.WhenLoaded.Soon()).Failure);
        Assert.All(models, model => Assert.Equal(ResidentState.Ready, model.State));

        await _life.StopAsync(ServiceLifecycleStage.ApplicationServices, CancellationToken.None).Soon();
        Assert.All(models, model => Assert.Equal(ResidentState.Gone, model.State));
        Assert.Contains("Unloading model 'a'. Reason: Shutdown.", _silo.Log.Messages);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stop_CodeThatBlocks_DoesNotKeepTheSilo(bool isLoad)
    {
        await _life.StartAsync();
        var blocked = new Checkpoint();
        if (isLoad)
        {
            _silo.Opener.Open = (_, _) =>
            {
                blocked.Block();
                return Task.FromResult<object>("model");
            };
            _silo.Enter("m");
        }
        else
        {
            _ = _scheduler.RunAsync("m", _ => Block(blocked), TimeSpan.FromMinutes(1), 0, () => { }, CancellationToken.None);
        }

        await blocked.Reached;
        using var timeIsUp = new CancellationTokenSource();
        await _life.StopAsync(ServiceLifecycleStage.Active, timeIsUp.Token).Soon();
        var stopping = _life.StopAsync(ServiceLifecycleStage.ApplicationServices, timeIsUp.Token);
        Assert.False(stopping.IsCompleted);

        await timeIsUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopping.Soon());
        blocked.Open();
        await Task.WhenAll(_silo.Loader.WhenEnded, _scheduler.Scheduler.WhenEnded).Soon();
    }

    private static bool Block(Checkpoint checkpoint)
    {
        checkpoint.Block();
        return true;
    }

    private sealed class RecordedRows : IResidencyChannel
    {
        public List<SiloRow> Rows { get; } = [];

        public int Silos => 1;

        public void Publish(SiloRow row) => Rows.Add(row);

        public void TakeIn(ModelNews news)
        {
        }

        public void Announce(ImmutableArray<ModelNews> addresses)
        {
        }
    }

    /// <summary>The silo's life, stage by stage.</summary>
    private sealed class SiloLife : ISiloLifecycle
    {
        private readonly List<(int Stage, ILifecycleObserver Observer)> _observers = [];

        public int HighestCompletedStage => 0;

        public int LowestStoppedStage => 0;

        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add((stage, observer));
            return new CancellationTokenSource();
        }

        public async Task StartAsync()
        {
            foreach (var (_, observer) in _observers.OrderBy(one => one.Stage))
            {
                await observer.OnStart(CancellationToken.None);
            }
        }

        public async Task StopAsync(int stage, CancellationToken cancellationToken)
        {
            foreach (var (_, observer) in _observers.Where(one => one.Stage == stage))
            {
                await observer.OnStop(cancellationToken);
            }
        }
    }
}
