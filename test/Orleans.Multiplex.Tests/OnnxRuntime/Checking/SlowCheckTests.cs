using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;
using static Orleans.Multiplex.Tests.OnnxRuntime.Checking.ScriptedWorkers;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Checks that take long, and those behind them.</summary>
public sealed class SlowCheckTests : IDisposable
{
    private const int LooksOfPatience = 100;

    // A job that is called slow begins, and goes on until it is let.
    private const string Script = """
        case "$job" in
        *slow1*) echo '{"Step":"Begun"}'; : > in1; while [ ! -e go1 ]; do sleep 0.01; done; echo '{"Step":"Opened"}'; echo '{"Step":"Ran"}';;
        *slow2*) echo '{"Step":"Begun"}'; : > in2; while [ ! -e go2 ]; do sleep 0.01; done; echo '{"Step":"Opened"}'; echo '{"Step":"Ran"}';;
        *)
        """ + Good + ";; esac";

    private static readonly JobLimits Limits = new(TimeSpan.FromDays(1), 1L << 30);

    private readonly ScriptedWorkers _workers = new();

    public void Dispose() => _workers.Dispose();

    [Fact]
    public async Task Check_BehindOneThatTakesLong_RunsInAnotherProcessWhichStays()
    {
        var worker = _workers.Start(Script);
        var slow = CheckAsync(worker, "slow1");
        await _workers.WhenReachedAsync("in1");
        var good = CheckAsync(worker, "good");

        await _workers.LookAsync(LooksOfPatience - 5, good);
        Assert.Equal((false, 1), (good.IsCompleted, _workers.Started));
        await StepAsideAsync(2);
        Assert.Equal(WorkerStep.Ran, (await good.Soon()).Answer!.Step);
        Assert.Equal(WorkerStep.Ran, (await CheckAsync(worker, "good").Soon()).Answer!.Step);
        Assert.False(slow.IsCompleted);
        var second = worker.Process;

        _workers.Let("go1");
        Assert.Equal(WorkerStep.Ran, (await slow.Soon()).Answer!.Step);
        await CheckAsync(worker, "good").Soon();
        Assert.Equal((second, 2), (worker.Process, _workers.Started));
    }

    [Fact]
    public async Task Check_ThatTakesLongAlone_KeepsItsProcess()
    {
        var worker = _workers.Start(Script);
        var slow = CheckAsync(worker, "slow1");
        await _workers.WhenReachedAsync("in1");

        await _workers.LookAsync(LooksOfPatience * 2, slow);
        _workers.Let("go1");
        await slow.Soon();
        await CheckAsync(worker, "good").Soon();

        Assert.Equal(1, _workers.Started);
    }

    [Fact]
    public async Task Check_BehindTwoThatTakeLong_WaitsUntilOneOfThemHasEnded()
    {
        var worker = _workers.Start(Script);
        var first = CheckAsync(worker, "slow1");
        await _workers.WhenReachedAsync("in1");
        var second = CheckAsync(worker, "slow2");
        var good = CheckAsync(worker, "good");
        await StepAsideAsync(2);
        await _workers.WhenReachedAsync("in2");

        await _workers.LookAsync(LooksOfPatience * 2, good);
        Assert.Equal((false, 2), (good.IsCompleted, _workers.Started));

        _workers.Let("go1");
        await first.Soon();
        await StepAsideAsync(3);
        Assert.Equal(WorkerStep.Ran, (await good.Soon()).Answer!.Step);
        Assert.False(second.IsCompleted);
    }

    [Fact]
    public async Task Prove_GoodModelsBesideOneWithoutEnd_AreCheckedWhileItRuns()
    {
        using var machine = new TemporaryFolder();
        await using var silo = new CheckingSilo(machine);
        var endless = silo.ProveAsync(silo.Put(machine["endless"], HostileModels.EndlessLoop()));
        while (silo.Worker.Process?.State != WorkerState.Running)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        Assert.NotNull(await silo.ProveAsync(silo.Put(machine["first"], TestModels.Affine(1, 1))));
        Assert.NotNull(await silo.ProveAsync(silo.Put(machine["second"], TestModels.Affine(2, 1))));

        Assert.Equal((false, 2), (endless.IsCompleted, silo.Started));
    }

    [Fact]
    public async Task Prove_ThreeModelsWithoutEnd_AreAllRefusedAndAGoodOneIsNot()
    {
        using var machine = new TemporaryFolder();
        await using var silo = new CheckingSilo(machine, TimeSpan.FromSeconds(3));
        var endless = Enumerable.Range(0, 3).Select(i => silo.ProveAsync(silo.Put(
            machine[$"{i}"], [(CheckingSilo.ModelFile, HostileModels.EndlessLoop()), ("number", [(byte)i])]))).ToList();
        var good = silo.ProveAsync(silo.Put(machine["good"], TestModels.Affine(1, 1)));

        foreach (var one in endless)
        {
            var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => one);
            Assert.StartsWith("a run on made-up inputs did not end within 3 s.", error.Reason, StringComparison.Ordinal);
        }

        Assert.NotNull(await good);
    }

    private static Task<JobEnd> CheckAsync(ModelWorker worker, string name) => worker.CheckAsync(new WorkerJob(0, JobKind.Check, name, []), Limits);

    // No further than that: whoever is started next is watched by the same clock.
    private async Task StepAsideAsync(int processes)
    {
        while (_workers.Started < processes)
        {
            _workers.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
