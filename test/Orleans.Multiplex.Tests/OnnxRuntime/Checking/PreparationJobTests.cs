using System.Collections.Immutable;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Models that the worker prepares.</summary>
public sealed class PreparationJobTests : IDisposable
{
    private static readonly JobLimits Limits = new(TimeSpan.FromSeconds(30), 1L << 30);

    private readonly TemporaryFolder _folder = new();
    private readonly RecordedLog _log = new();
    private readonly ModelWorker _worker;

    public PreparationJobTests() => _worker = CheckingSilo.CreateWorker(_log);

    public void Dispose()
    {
        _worker.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Prepare_GoodModel_IsThereAndWhole()
    {
        var end = await _worker.PrepareAsync(Job(TestModels.Mlp(200_000)), Limits, TestContext.Current.CancellationToken).Soon();

        Assert.Equal((JobOutcome.Answered, WorkerStep.Prepared), (end.Outcome, end.Answer!.Step));
        Assert.True(PreparedModel.TryRead(_folder["made"], out _));
    }

    [Fact]
    public async Task Prepare_ModelThatCannotBe_SaysWhy()
    {
        var end = await _worker.PrepareAsync(Job(TestModels.Identity(TensorType.Float32, 1 << 26)), Limits, TestContext.Current.CancellationToken).Soon();

        Assert.Equal((JobOutcome.Answered, WorkerStep.NotPrepared), (end.Outcome, end.Answer!.Step));
        Assert.Contains("made up", end.Answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_WhileAModelIsPrepared_EndsThatAndDoesNotWait()
    {
        using var worker = CheckingSilo.CreateWorker(_log, new SlowClock());

        // Without end: its preparation would take the whole minute.
        var preparing = worker.PrepareAsync(Job(HostileModels.EndlessLoop()) with { RunSeconds = 60 }, Limits, TestContext.Current.CancellationToken);
        await WhenPreparingAsync(worker);

        var check = await worker.CheckAsync(new WorkerJob(0, JobKind.Check, Write("good", TestModels.Affine(1, 1)), []), Limits).Soon();
        var prepared = await preparing.Soon();

        Assert.Equal((JobOutcome.Answered, WorkerStep.Ran), (check.Outcome, check.Answer!.Step));
        Assert.Equal((JobOutcome.Answered, WorkerStep.Interrupted), (prepared.Outcome, prepared.Answer!.Step));
        Assert.False(Directory.Exists(_folder["made"]));
        Assert.Single(_log.Messages, static message => message.StartsWith("Started worker process", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Check_BehindAPreparationThatWaitsItself_DoesNotWaitForIt()
    {
        var endless = new WorkerJob(0, JobKind.Check, Write("endless", HostileModels.EndlessLoop()), []);
        var first = _worker.CheckAsync(endless, Limits with { Time = TimeSpan.FromSeconds(1) });
        var preparing = _worker.PrepareAsync(Job(HostileModels.EndlessLoop()) with { RunSeconds = 60 }, Limits, TestContext.Current.CancellationToken);
        var second = _worker.CheckAsync(new WorkerJob(0, JobKind.Check, Write("good", TestModels.Affine(1, 1)), []), Limits);

        Assert.Equal(JobOutcome.TooSlow, (await first.Soon()).Outcome);
        Assert.Equal(WorkerStep.Interrupted, (await preparing.Soon()).Answer!.Step);
        Assert.Equal(WorkerStep.Ran, (await second.Soon()).Answer!.Step);
    }

    [Fact]
    public async Task Preparer_OfTheSilo_PreparesInTheWorkerAndTellsWhatIsWrongWithTheModel()
    {
        var preparer = new WorkerPreparer(_worker, static () => 1L << 30);

        var good = await preparer.PrepareAsync(Write("original", TestModels.Mlp(200_000)), _folder["made"], TestContext.Current.CancellationToken).Soon();
        var crash = await preparer.PrepareAsync(Write("crash", HostileModels.Crash()), _folder["never"], TestContext.Current.CancellationToken).Soon();

        Assert.Null(good.Reason);
        Assert.Equal(_folder["made"], good.Model!.Folder);
        Assert.Equal((null, "preparing it ended the process (signal 6)", true), (crash.Model, crash.Reason, crash.IsFinal));
    }

    [Fact]
    public async Task Prepare_Cancelled_IsInterrupted()
    {
        using var cancel = new CancellationTokenSource();
        var preparing = _worker.PrepareAsync(Job(HostileModels.EndlessLoop()) with { RunSeconds = 60 }, Limits, cancel.Token);
        await WhenPreparingAsync(_worker);

        await cancel.CancelAsync();

        Assert.Equal(WorkerStep.Interrupted, (await preparing.Soon()).Answer!.Step);
    }

    [Fact]
    public async Task Check_WithoutAProcess_SaysWhyThereIsNone()
    {
        using var worker = new ModelWorker(
            () => new WorkerCommand("/bin/false", "", null, typeof(ModelWorker).Assembly.Location), TimeProvider.System, _log);

        var end = await worker.CheckAsync(new WorkerJob(0, JobKind.Check, "", []), Limits).Soon();

        Assert.Equal(JobOutcome.NotStarted, end.Outcome);
        Assert.StartsWith("it ended at its start (code 1)", end.Reason, StringComparison.Ordinal);
    }

    private WorkerJob Job(byte[] model) => new(0, JobKind.Prepare, Write("original", model), ImmutableArray<string>.Empty, _folder["made"], RunSeconds: 10);

    private string Write(string name, byte[] model)
    {
        var path = Path.Combine(Directory.CreateDirectory(_folder[name]).FullName, "model.onnx");
        File.WriteAllBytes(path, model);
        return path;
    }

    private static async Task WhenPreparingAsync(ModelWorker worker)
    {
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (worker.Process?.State != WorkerState.Preparing)
        {
            await look.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
