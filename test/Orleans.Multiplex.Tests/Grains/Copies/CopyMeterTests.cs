using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Tests.Execution.Scheduling;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains.Copies;

/// <summary>What is measured of a silo and its models, on a clock that the runs move.</summary>
public sealed class CopyMeterTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly TestSilo _silo = new();
    private readonly InferenceScheduler _scheduler;
    private readonly SiloLoad _load = new();
    private readonly CopyMeter _meter;

    public CopyMeterTests()
    {
        _scheduler = new InferenceScheduler(new InferenceSchedulerOptions(1, 100, 100, TimeSpan.FromSeconds(1)), "silo-1", _silo.Time, NullLogger.Instance);
        _meter = new CopyMeter(_scheduler, _load, _silo.Time);
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task Look_RunsOfHalfTheTime_AreThat()
    {
        var resident = _silo.Reside("m");
        var other = _silo.Reside("other");
        Look(resident, other);
        await RunAsync(resident, 250);
        await RunAsync(other, 250);
        _silo.Time.Advance(TimeSpan.FromMilliseconds(500));

        Look(resident, other);

        Assert.Equal((0.25, 0.5), (_meter.Find(resident)!.Value.Busy, _meter.Find(resident)!.Value.Utilisation));
        Assert.Equal(0.5, _load.Utilisation);
        _silo.Time.Advance(TimeSpan.FromMilliseconds(500));
        Look(resident, other);
        Assert.Equal((0, 0), (_meter.Find(resident)!.Value.Busy, _load.Utilisation));
    }

    [Fact]
    public void Look_ForTheFirstTime_KnowsNothing()
    {
        var resident = _silo.Reside("m");
        _silo.Time.Advance(TimeSpan.FromSeconds(1));

        Look(resident);

        Assert.Null(_meter.Find(resident));
    }

    [Fact]
    public async Task Look_RequestsThatWaitBehindOtherModels_HaveWaited()
    {
        var resident = _silo.Reside("m");
        var other = _silo.Reside("other");
        Look(resident, other);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var go = new ManualResetEventSlim();
        var first = QueueAsync(other, () =>
        {
            begun.SetResult();
            go.Wait(TestContext.Current.CancellationToken);
        });
        await begun.Task.Soon();
        var second = QueueAsync(resident, static () => { });
        _silo.Time.Advance(TimeSpan.FromMilliseconds(400));
        go.Set();
        await Task.WhenAll(first, second).Soon();

        Look(resident, other);

        Assert.Equal(TimeSpan.FromMilliseconds(400), _meter.Find(resident)!.Value.Wait);
        Assert.Equal(TimeSpan.Zero, _meter.Find(other)!.Value.Wait);
    }

    [Fact]
    public async Task Look_RunThatOutlastsTheLook_KeepsTheSiloBusy()
    {
        var resident = _silo.Reside("m");
        using var go = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = QueueAsync(resident, () =>
        {
            begun.SetResult();
            go.Wait(TestContext.Current.CancellationToken);
        });
        await begun.Task.Soon();
        Look(resident);
        _silo.Time.Advance(TimeSpan.FromMilliseconds(250));

        Look(resident);

        Assert.Equal(1, _load.Utilisation);
        go.Set();
        await run.Soon();
    }

    [Fact]
    public async Task Find_RequestsAreThere_IsWhatTheNextOneWaits()
    {
        var resident = _silo.Reside("m");
        Look(resident);
        await RunAsync(resident, 100);
        Look(resident);
        using var go = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = QueueAsync(resident, () =>
        {
            begun.SetResult();
            go.Wait(TestContext.Current.CancellationToken);
        });
        await begun.Task.Soon();
        var others = Task.WhenAll(QueueAsync(resident, static () => { }), QueueAsync(resident, static () => { }));

        Assert.Equal(TimeSpan.FromMilliseconds(200), _meter.Find(resident)!.Value.Wait);
        go.Set();
        await Task.WhenAll(first, others).Soon();
    }

    [Fact]
    public void Find_Hits_AreTheRate()
    {
        var resident = _silo.Reside("m");
        Look(resident);
        for (var i = 0; i < 30; i++)
        {
            resident.CountHit();
        }

        _silo.Time.Advance(TimeSpan.FromMilliseconds(250));
        Look(resident);

        Assert.Equal(120, _meter.Find(resident)!.Value.Rate);
    }

    private void Look(params Resident[] residents)
    {
        _meter.LookAtSilo();
        _meter.LookAt(residents);
    }

    private Task RunAsync(Resident resident, int milliseconds) => QueueAsync(resident, () => _silo.Time.Advance(TimeSpan.FromMilliseconds(milliseconds)));

    private Task QueueAsync(Resident resident, Action run) => _scheduler.RunAsync(
        _scheduler.GetRuns(resident, resident.Key.ModelId),
        new TestRun<bool>(
            _ =>
            {
                run();
                return true;
            },
            Long,
            priority: 0,
            static () => { },
            TestContext.Current.CancellationToken));
}
