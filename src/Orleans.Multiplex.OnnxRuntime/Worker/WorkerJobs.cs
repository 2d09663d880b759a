using System.Collections.Concurrent;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage.Cache;

namespace Orleans.Multiplex.OnnxRuntime.Worker;

/// <summary>Does the jobs of the worker, one at a time. A preparation ends for whatever comes after it, and is not in its way for long.</summary>
#pragma warning disable CA1001 // It lives as long as its process.
internal sealed class WorkerJobs
#pragma warning restore CA1001
{
    private readonly BlockingCollection<WorkerJob> _jobs = [];
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly Action<WorkerAnswer> _answer;
    private readonly FileCheck _check;
    private CancellationTokenSource? _preparing;
    private int _interrupted;

    /// <param name="time">The clock.</param>
    /// <param name="answer">Writes an answer.</param>
    public WorkerJobs(TimeProvider time, Action<WorkerAnswer> answer)
    {
        _time = time;
        _answer = answer;
        _check = new FileCheck(time);
        new Thread(RunAll) { IsBackground = true, Name = "Multiplex worker" }.Start();
    }

    /// <summary>Checks a model of its own.</summary>
    public void WarmUp() => _check.WarmUp();

    /// <summary>Adds a job; what is being prepared ends for it.</summary>
    public void Add(WorkerJob job)
    {
        lock (_lock)
        {
            _preparing?.Cancel();
            if (job.Kind == JobKind.Interrupt)
            {
                _interrupted = job.Id;
            }
            else
            {
                _jobs.Add(job);
            }
        }
    }

    private void RunAll()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            _answer(new WorkerAnswer(job.Id, WorkerStep.Begun));
            if (job.Kind == JobKind.Check)
            {
                _check.Run(job, _answer);
            }
            else
            {
                Prepare(job);
            }
        }
    }

    private void Prepare(WorkerJob job)
    {
        using var end = new CancellationTokenSource();
        lock (_lock)
        {
            _preparing = end;

            // What came before this began did not see it.
            if (_jobs.Count > 0 || _interrupted == job.Id)
            {
                end.Cancel();
            }
        }

        var answer = new WorkerAnswer(job.Id, WorkerStep.Interrupted);
        var thread = new Thread(() => answer = Prepare(job, end.Token)) { IsBackground = true, Name = "Multiplex preparation" };
        thread.Start();
        thread.Join();
        lock (_lock)
        {
            _preparing = null;
        }

        _answer(answer);
        FileCheck.GiveMemoryBack();
    }

    private WorkerAnswer Prepare(WorkerJob job, CancellationToken cancellationToken)
    {
        QuietThread.GiveWay(QuietThread.Lowest);
        try
        {
            var preparation = new ModelPreparation(ErrorLog.Instance, _time, TimeSpan.FromSeconds(job.RunSeconds ?? 30));
            var outcome = preparation.Prepare(job.Files, job.Folder!, cancellationToken);
            var step = outcome.Model is not null ? WorkerStep.Prepared : outcome.IsFinal ? WorkerStep.NotPrepared : WorkerStep.Interrupted;
            return new WorkerAnswer(job.Id, step, Reason: outcome.Reason);
        }
        catch (OperationCanceledException)
        {
            return new WorkerAnswer(job.Id, WorkerStep.Interrupted);
        }
#pragma warning disable CA1031 // On a thread of its own it would end the process.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new WorkerAnswer(job.Id, WorkerStep.NotPrepared, Reason: $"{exception.GetType().Name}: {NativeError.Clean(exception.Message)}");
        }
    }
}
