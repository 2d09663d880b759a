namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>
/// Watches one job from when it was given to its end. Its time and memory count from when the process says that it begins; the process is ended when
/// a step takes more than it may. Time in which nobody looked, since the silo or the machine stood still, does not count.
/// </summary>
/// <param name="process">The process that it was given to.</param>
/// <param name="job">The job.</param>
/// <param name="limits">What it may take.</param>
/// <param name="onLook">Is told, at each look, how long ago it began.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">The silo stops.</param>
internal sealed class JobWatch(
    WorkerProcess process, WorkerJob job, JobLimits limits, Action<TimeSpan> onLook, TimeProvider time, CancellationToken stopping)
{
    /// <summary>How often it is looked at how much memory the process has.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>What counts at most between two looks.</summary>
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(1);

    /// <summary>How long a process may take to begin a job: so long at most does it give back the memory of the one before.</summary>
    private static readonly TimeSpan BeginPatience = TimeSpan.FromSeconds(30);

    /// <summary>How long a preparation may take to heed that it is to end.</summary>
    private static readonly TimeSpan InterruptPatience = TimeSpan.FromSeconds(1);

    private WorkerState _state = WorkerTransitions.Given(job.Kind);
    private WorkerAnswer? _opened;
    private long _lookedAt;
    private TimeSpan _inStep;
    private TimeSpan _sinceBegun;
    private long? _interruptedAt;

    /// <summary>How the process ended.</summary>
    public static string Describe(int? signal, int code) => signal is null ? $"code {code}" : $"signal {signal}";

    /// <summary>Watches it.</summary>
    /// <param name="interrupt">Ends a preparation.</param>
    public async Task<JobEnd> RunAsync(CancellationToken interrupt)
    {
        using var ticks = new PeriodicTimer(LookInterval, time);
        var tick = ticks.WaitForNextTickAsync(stopping).AsTask();
        var reading = process.ReadAsync();
        _lookedAt = time.GetTimestamp();
        while (true)
        {
            // What it has answered comes before what it has not.
            if (await Task.WhenAny(reading, tick) == reading || reading.IsCompleted)
            {
                if (await HearAsync(await reading) is { } end)
                {
                    return end;
                }

                reading = process.ReadAsync();
                continue;
            }

            await tick;
            tick = ticks.WaitForNextTickAsync(stopping).AsTask();
            if ((Look() ?? Interrupt(interrupt)) is { } ended)
            {
                process.Kill();
                await process.WaitForEndAsync();
                return ended;
            }
        }
    }

    // The model's file was not touched, so this says nothing of it.
    private JobEnd NotBegun(string reason) => new(JobOutcome.NotStarted, _state, Reason: reason);

    private async Task<JobEnd?> HearAsync(WorkerAnswer? answer)
    {
        if (answer is null)
        {
            var (signal, code) = await process.WaitForEndAsync();
            return WorkerTransitions.IsGiven(_state)
                ? NotBegun($"it ended before it began ({Describe(signal, code)})")
                : new JobEnd(JobOutcome.Died, _state, Opened: _opened, Signal: signal, Code: code);
        }

        if (!answer.IsOnTheWay)
        {
            return new JobEnd(JobOutcome.Answered, _state, answer, _opened);
        }

        _state = WorkerTransitions.After(_state, answer.Step) ?? _state;
        _opened = answer.Step == WorkerStep.Opened ? answer : null;
        _inStep = default;
        _sinceBegun = answer.Step == WorkerStep.Begun ? default : _sinceBegun;
        _lookedAt = time.GetTimestamp();
        return null;
    }

    private JobEnd? Look()
    {
        Count();
        if (WorkerTransitions.IsGiven(_state))
        {
            return _inStep > BeginPatience ? NotBegun($"it did not begin within {BeginPatience.TotalSeconds:0} s") : null;
        }

        if (limits.Judge(_inStep, process.ReadResidentBytes()) is { } excess)
        {
            return new JobEnd(excess, _state, Opened: _opened);
        }

        onLook(_sinceBegun);
        return null;
    }

    private void Count()
    {
        var now = time.GetTimestamp();
        var passed = time.GetElapsedTime(_lookedAt, now);
        passed = passed < LongestLook ? passed : LongestLook;
        (_lookedAt, _inStep, _sinceBegun) = (now, _inStep + passed, _sinceBegun + passed);
    }

    private JobEnd? Interrupt(CancellationToken interrupt)
    {
        if (!interrupt.IsCancellationRequested)
        {
            return null;
        }

        if (_interruptedAt is not { } since)
        {
            _interruptedAt = time.GetTimestamp();
            process.TrySend(job with { Kind = JobKind.Interrupt });
            return null;
        }

        return time.GetElapsedTime(since) > InterruptPatience
            ? new JobEnd(JobOutcome.Answered, _state, new WorkerAnswer(job.Id, WorkerStep.Interrupted))
            : null;
    }
}
