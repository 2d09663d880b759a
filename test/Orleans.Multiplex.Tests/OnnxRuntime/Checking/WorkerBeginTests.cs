using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>What a worker that is busy with what came before does to the next job: its memory and its time count from when it begins.</summary>
public sealed class WorkerBeginTests : IDisposable
{
    private const string Good = """echo '{"Step":"Begun"}'; echo '{"Step":"Opened"}'; echo '{"Step":"Ran"}'""";

    // The shell itself takes two megabytes.
    private const string TakeMemory = """x=$(head -c 64000000 /dev/zero | tr '\0' a)""";

    private static readonly JobLimits Limits = new(TimeSpan.FromMilliseconds(100), 16L << 20);

    private readonly TemporaryFolder _folder = new();
    private readonly CountingTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly List<ModelWorker> _workers = [];

    public void Dispose()
    {
        _workers.ForEach(static worker => worker.Dispose());
        _folder.Dispose();
    }

    [Fact]
    public async Task Check_BeforeItBegins_NeitherMemoryNorTimeCounts()
    {
        var worker = Start($"{TakeMemory}; {Reach("held")}; {Await("go")}; unset x; {Good}");
        var checking = CheckAsync(worker);
        await WhenReachedAsync("held");

        await LookAsync(20, checking);
        Assert.False(checking.IsCompleted);
        Let("go");

        var end = await checking.Soon();
        Assert.Equal((JobOutcome.Answered, WorkerStep.Ran), (end.Outcome, end.Answer?.Step));
    }

    [Theory]
    [InlineData(true, nameof(JobOutcome.TooLarge))]
    [InlineData(false, nameof(JobOutcome.TooSlow))]
    public async Task Check_SinceItHasBegun_BothCount(bool isLarge, string outcome)
    {
        var worker = Start($$"""{{Await("go")}}; echo '{"Step":"Begun"}'; {{(isLarge ? TakeMemory : ":")}}; {{Reach("held")}}; {{Await("never")}}""");
        var checking = CheckAsync(worker);
        while (_time.Asked == 0)
        {
            await Task.Yield();
        }

        await LookAsync(20, checking);
        Let("go");
        await WhenReachedAsync("held");
        while (!checking.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await Task.Yield();
        }

        Assert.Equal((outcome, WorkerState.Opening), ((await checking).Outcome.ToString(), (await checking).State));
    }

    [Fact]
    public async Task Check_ProcessEndsBeforeItBegins_IsDoneByTheNextOne()
    {
        var worker = Start($"[ -e once ] || {{ {Reach("once")}; exit 3; }}; {Good}");

        Assert.Equal(JobOutcome.Answered, (await CheckAsync(worker).Soon()).Outcome);
        Assert.Equal(2, _log.Messages.Count(static message => message.StartsWith("Started worker process", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Check_NoProcessBegins_SaysNothingOfTheModel()
    {
        var ending = Start("exit 3");
        var ended = await CheckAsync(ending).Soon();
        var hanging = Start($"{Reach("given")}; {Await("never")}");
        var checking = CheckAsync(hanging);
        for (var tries = 0; tries < 2; tries++)
        {
            await WhenReachedAsync("given");
            File.Delete(_folder["given"]);
            var process = hanging.Process!;
            while (process.State == WorkerState.CheckGiven)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        Assert.Equal((JobOutcome.NotStarted, "it ended before it began (code 3)"), (ended.Outcome, ended.Reason));
        Assert.Equal((JobOutcome.NotStarted, "it did not begin within 30 s"), ((await checking.Soon()).Outcome, (await checking).Reason));
    }

    private static string Reach(string file) => $": > {file}";

    private static string Await(string file) => $"while [ ! -e {file} ]; do sleep 0.01; done";

    private static Task<JobEnd> CheckAsync(ModelWorker worker) => worker.CheckAsync(new WorkerJob(0, JobKind.Check, "", []), Limits);

    private void Let(string file) => File.WriteAllText(_folder[file], "");

    private async Task WhenReachedAsync(string file)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!File.Exists(_folder[file]))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    /// <summary>Lets so many looks at the process pass, or fewer where the check has ended.</summary>
    private async Task LookAsync(int looks, Task checking)
    {
        for (var i = 0; i < looks; i++)
        {
            var asked = _time.Asked;
            _time.Advance(TimeSpan.FromMilliseconds(20));
            while (_time.Asked == asked && !checking.IsCompleted)
            {
                await Task.Yield();
            }
        }
    }

    // A shell that is told the jobs of a worker and answers as one. It runs what its first argument names, which is "exec" for .NET.
    private ModelWorker Start(string onJob)
    {
        File.WriteAllText(_folder["exec"], $$"""
            echo '{"Step":"Ready"}'
            while read -r job; do {{onJob}}; done

            """);
        var worker = new ModelWorker(() => new WorkerCommand("/bin/sh", "", null, _folder["assembly"]), _time, _log);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>A clock that counts how often it is asked.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _asked);
            return base.GetTimestamp();
        }
    }
}
