using System.Numerics;

namespace Orleans.Multiplex.Execution;

/// <summary>What a silo has counted of one version of a model. Its lock is held for some additions, and by requests to this model alone.</summary>
internal sealed class ModelCounters(string model, long version, long createdAt)
{
    /// <summary>The largest batch size that is counted by itself.</summary>
    private const int MaxExactBatch = 32;

    /// <summary>The batch size as which all larger ones count.</summary>
    private const int MaxBatch = 1 << 20;

    private readonly Lock _lock = new();
    private readonly SortedList<long, BatchStatistics> _batches = [];
    private long _lastUse = createdAt;
    private DateTimeOffset? _lastInference;
    private RecentTimes? _recent;
    private long _inferences;
    private long _executions;
    private CountedTime _success;
    private CountedTime _fail;
    private CountedTime _queue;
    private CountedTime _input;
    private CountedTime _infer;
    private CountedTime _output;

    public (string Model, long Version) Name => (model, version);

    /// <summary>The timestamp of the last request that was counted.</summary>
    public long LastUse => Volatile.Read(ref _lastUse);

    /// <summary>Counts a request that was answered.</summary>
    /// <param name="times">Where its time went.</param>
    /// <param name="share">The part that it had of a run.</param>
    /// <param name="time">The clock.</param>
    /// <returns>Whether its run was counted with it.</returns>
    public bool AddSuccess(in RequestTimes times, in RunShare share, TimeProvider time)
    {
        var size = RoundBatch(share.RunRows);
        var run = times.Run;
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        lock (_lock)
        {
            _lastInference = time.GetUtcNow();
            _inferences += share.Rows;
            _success = _success.Add(times.Total);
            (_recent ??= new RecentTimes()).Add(times);
            _queue = _queue.Add(times.Queue);
            _input = _input.Add(run.Input);
            _infer = _infer.Add(run.Infer);
            _output = _output.Add(run.Output);
            if (!share.Claim())
            {
                return false;
            }

            _executions++;
            var batch = _batches.GetValueOrDefault(size);
            _batches[size] = new BatchStatistics(
                size, batch.ComputeInput.Add(run.Input), batch.ComputeInfer.Add(run.Infer), batch.ComputeOutput.Add(run.Output));
            return true;
        }
    }

    /// <summary>Counts a request that ended in an error.</summary>
    public void AddFailure(TimeSpan total, TimeProvider time)
    {
        Volatile.Write(ref _lastUse, time.GetTimestamp());
        lock (_lock)
        {
            _fail = _fail.Add(total);
        }
    }

    /// <summary>What has been counted so far, all of it at one moment.</summary>
    public ModelStatistics Read()
    {
        lock (_lock)
        {
            return new ModelStatistics
            {
                Model = model,
                Version = version,
                LastInference = _lastInference,
                InferenceCount = _inferences,
                ExecutionCount = _executions,
                Success = _success,
                Fail = _fail,
                Queue = _queue,
                ComputeInput = _input,
                ComputeInfer = _infer,
                ComputeOutput = _output,
                Batches = [.. _batches.Values],
            };
        }
    }

    /// <summary>Where the time of the last requests went; null where none was answered.</summary>
    /// <param name="silo">The silo's name.</param>
    public ModelLatency? ReadLatency(string silo)
    {
        lock (_lock)
        {
            return _recent?.Report(silo, version);
        }
    }

    /// <summary>The rows of a run, on average; null where none has ended.</summary>
    public double? ReadBatchSize()
    {
        lock (_lock)
        {
            return _executions == 0 ? null : (double)_inferences / _executions;
        }
    }

    /// <summary>The batch size as which a number of rows counts: their kinds stay few, whatever clients send.</summary>
    public static long RoundBatch(long rows) => rows switch
    {
        <= MaxExactBatch => rows,
        >= MaxBatch => MaxBatch,
        _ => (long)BitOperations.RoundUpToPowerOf2((ulong)rows),
    };
}
