using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Tests.Hosting;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Checking;

/// <summary>Workers whose processes are shells that are told the jobs and answer as a script says, watched on a clock of the test's own.</summary>
internal sealed class ScriptedWorkers : IDisposable
{
    /// <summary>Answers as for a good model.</summary>
    public const string Good = """echo '{"Step":"Begun"}'; echo '{"Step":"Opened"}'; echo '{"Step":"Ran"}'""";

    private readonly TemporaryFolder _folder = new();
    private readonly CountingTime _time = new();
    private readonly List<ModelWorker> _workers = [];

    public FakeTimeProvider Time => _time;

    public RecordedLog Log { get; } = new();

    /// <summary>Has time pass in which the process did not run, so that no timer ended.</summary>
    public void StandStill(TimeSpan time) => _time.Skip(time);

    /// <summary>How often the clock was asked.</summary>
    public int Asked => _time.Asked;

    /// <summary>How many processes were started.</summary>
    public int Started => Log.Messages.Count(static message => message.StartsWith("Started worker process", StringComparison.Ordinal));

    /// <summary>Has the script say that it is here.</summary>
    public static string Reach(string file) => $": > {file}";

    /// <summary>Has the script wait.</summary>
    public static string Await(string file) => $"while [ ! -e {file} ]; do sleep 0.01; done";

    /// <summary>A worker that does this with each job. The shell runs what its first argument names, which is "exec" for .NET.</summary>
    public ModelWorker Start(string onJob)
    {
        File.WriteAllText(_folder["exec"], $$"""
            echo '{"Step":"Ready"}'
            while read -r job; do {{onJob}}; done

            """);
        var worker = new ModelWorker(() => new WorkerCommand("/bin/sh", "", null, _folder["assembly"]), _time, Log);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Lets a script go on.</summary>
    public void Let(string file) => File.WriteAllText(_folder[file], "");

    /// <summary>Waits until a script is there.</summary>
    public async Task WhenReachedAsync(string file)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!File.Exists(_folder[file]))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, patience.Token);
        }
    }

    public bool IsReached(string file) => File.Exists(_folder[file]);

    public void Forget(string file) => File.Delete(_folder[file]);

    /// <summary>Lets so many looks at the process pass, or fewer where the check has ended.</summary>
    public async Task LookAsync(int looks, Task checking)
    {
        for (var i = 0; i < looks; i++)
        {
            var asked = Asked;
            Time.Advance(TimeSpan.FromMilliseconds(20));
            while (Asked == asked && !checking.IsCompleted)
            {
                await Task.Yield();
            }
        }
    }

    public void Dispose()
    {
        _workers.ForEach(static worker => worker.Dispose());
        _folder.Dispose();
    }

    /// <summary>A clock that counts how often it is asked.</summary>
    private sealed class CountingTime : FakeTimeProvider
    {
        private int _asked;
        private long _skipped;

        public int Asked => Volatile.Read(ref _asked);

        public override long GetTimestamp()
        {
            Interlocked.Increment(ref _asked);
            return base.GetTimestamp() + Interlocked.Read(ref _skipped);
        }

        public void Skip(TimeSpan time) => Interlocked.Add(ref _skipped, (long)(time.TotalSeconds * TimestampFrequency));
    }
}
