using Orleans.Multiplex.OnnxRuntime.Worker;
using Xunit;
using static Orleans.Multiplex.Tests.OnnxRuntime.Checking.ScriptedWorkers;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>What a worker that is busy with what came before does to the next job: its memory and its time count from when it begins.</summary>
public sealed class WorkerBeginTests : IDisposable
{
    // The shell itself takes two megabytes.
    private const string TakeMemory = """x=$(head -c 64000000 /dev/zero | tr '\0' a)""";

    private static readonly JobLimits Limits = new(TimeSpan.FromMilliseconds(100), 16L << 20);

    private readonly ScriptedWorkers _workers = new();

    public void Dispose() => _workers.Dispose();

    [Fact]
    public async Task Check_BeforeItBegins_NeitherMemoryNorTimeCounts()
    {
        var worker = _workers.Start($"{TakeMemory}; {Reach("held")}; {Await("go")}; unset x; {Good}");
        var checking = CheckAsync(worker);
        await _workers.WhenReachedAsync("held");

        await _workers.LookAsync(20, checking);
        Assert.False(checking.IsCompleted);
        _workers.Let("go");

        var end = await checking.Soon();
        Assert.Equal((JobOutcome.Answered, WorkerStep.Ran), (end.Outcome, end.Answer?.Step));
    }

    [Theory]
    [InlineData(true, nameof(JobOutcome.TooLarge))]
    [InlineData(false, nameof(JobOutcome.TooSlow))]
    public async Task Check_SinceItHasBegun_BothCount(bool isLarge, string outcome)
    {
        var worker = _workers.Start($$"""{{Await("go")}}; echo '{"Step":"Begun"}'; {{(isLarge ? TakeMemory : ":")}}; {{Reach("held")}}; {{Await("never")}}""");
        var checking = CheckAsync(worker);
        while (_workers.Asked == 0)
        {
            await Task.Yield();
        }

        await _workers.LookAsync(20, checking);
        _workers.Let("go");
        await _workers.WhenReachedAsync("held");
        while (!checking.IsCompleted)
        {
            _workers.Time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.Equal((outcome, WorkerState.Opening), ((await checking).Outcome.ToString(), (await checking).State));
    }

    [Fact]
    public async Task Check_SiloStoodStillMeanwhile_IsNotHeldAgainstTheModel()
    {
        var worker = _workers.Start($$"""echo '{"Step":"Begun"}'; {{Reach("begun")}}; {{Await("go")}}; echo '{"Step":"Opened"}'; echo '{"Step":"Ran"}'""");
        var checking = worker.CheckAsync(new WorkerJob(0, JobKind.Check, "", []), Limits with { Time = TimeSpan.FromSeconds(10) });
        await _workers.WhenReachedAsync("begun");
        while (worker.Process!.State != WorkerState.Opening)
        {
            await Task.Yield();
        }

        _workers.StandStill(TimeSpan.FromHours(1));
        await _workers.LookAsync(20, checking);
        Assert.False(checking.IsCompleted);
        _workers.Let("go");

        Assert.Equal(JobOutcome.Answered, (await checking.Soon()).Outcome);
    }

    [Fact]
    public async Task Check_ProcessEndsBeforeItBegins_IsDoneByTheNextOne()
    {
        var worker = _workers.Start($"[ -e once ] || {{ {Reach("once")}; exit 3; }}; {Good}");

        Assert.Equal(JobOutcome.Answered, (await CheckAsync(worker).Soon()).Outcome);
        Assert.Equal(2, _workers.Started);
    }

    [Fact]
    public async Task Check_NoProcessBegins_SaysNothingOfTheModel()
    {
        var ending = _workers.Start("exit 3");
        var ended = await CheckAsync(ending).Soon();
        var hanging = _workers.Start($"{Reach("given")}; {Await("never")}");
        var checking = CheckAsync(hanging);
        for (var tries = 0; tries < 2; tries++)
        {
            await _workers.WhenReachedAsync("given");
            _workers.Forget("given");
            var process = hanging.Process!;
            while (process.State == WorkerState.CheckGiven)
            {
                _workers.Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        Assert.Equal((JobOutcome.NotStarted, "it ended before it began (code 3)"), (ended.Outcome, ended.Reason));
        Assert.Equal((JobOutcome.NotStarted, "it did not begin within 30 s"), ((await checking.Soon()).Outcome, (await checking).Reason));
    }

    private static Task<JobEnd> CheckAsync(ModelWorker worker) => worker.CheckAsync(new WorkerJob(0, JobKind.Check, "", []), Limits);
}
