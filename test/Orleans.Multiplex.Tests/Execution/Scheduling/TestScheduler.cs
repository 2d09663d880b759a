using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Tests.Execution.Scheduling;

/// <summary>An inference scheduler that runs functions for models by their names.</summary>
internal sealed class TestScheduler(InferenceSchedulerOptions options, string silo, TimeProvider time, ILogger log) : IDisposable
{
    private readonly ConcurrentDictionary<string, object> _residents = new();

    public InferenceScheduler Scheduler { get; } = new(options, silo, time, log);

    public int Waiting => Scheduler.Waiting;

    public Task<T> RunAsync<T>(
        string model, Func<TimeSpan, T> work, TimeSpan remaining, int priority, Action ended, CancellationToken cancellationToken) =>
        RunAsync(model, new TestRun<T>(work, remaining, priority, ended, cancellationToken));

    public Task<T> RunAsync<T>(string model, ScheduledResult<T> run) => Scheduler.RunAsync(GetRuns(model), run);

    public ModelRuns GetRuns(string model) => Scheduler.GetRuns(_residents.GetOrAdd(model, static _ => new object()), model);

    public void Dispose() => Scheduler.Dispose();
}
