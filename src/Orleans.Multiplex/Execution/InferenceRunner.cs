using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Execution;

/// <summary>
/// Runs requests for models of the store: each in the line of its model, and with others that wait for the same model where that was proven to change
/// no answer.
/// </summary>
/// <param name="scheduler">The inference threads.</param>
/// <param name="limits">How far requests are put together, where a model's own settings do not say.</param>
/// <param name="pool">Where the memory for that comes from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class InferenceRunner(
    InferenceScheduler scheduler, BatchLimits limits, ArrayPool<byte> pool, TimeProvider time, ILogger logger)
{
    // The runs of a trial, some dozens, would keep a thread for too long.
    private static readonly TimeSpan LongestToTry = TimeSpan.FromMilliseconds(250);

    private readonly ConditionalWeakTable<Resident, ModelBatching> _models = [];
    private readonly RunStops _stops = new(time);
    private readonly ILogger _logger = logger;

    /// <summary>Runs a request.</summary>
    /// <param name="lease">The right to use the model; the run has one of its own.</param>
    /// <param name="request">The request, checked.</param>
    /// <param name="admission">The right to be the first to run an untried model, given back when the run has ended; null where that does not matter.</param>
    /// <param name="remaining">The time left to it.</param>
    /// <param name="stop">Ends the run at its next step.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OverloadedException">Too much waits.</exception>
    /// <exception cref="InferenceTimeoutException">The time is up.</exception>
    /// <exception cref="InvalidInputException">The engine found an input at fault.</exception>
    /// <exception cref="InferenceFailedException">The model failed on these inputs.</exception>
    public Task<InferenceOutcome> RunAsync(
        ModelLease lease, InferenceRequest request, IDisposable? admission, TimeSpan remaining, CancellationToken stop, CancellationToken cancellationToken)
    {
        var session = (IInferenceSession)lease.Model;
        var runs = scheduler.GetRuns(lease.Resident, lease.Resident.Key.ModelId);
        var batching = GetBatching(lease.Resident, session);
        var rows = StackShape.CountRows(request);
        if (admission is null && rows is not null && (runs.Waiting > 0 || batching.Limits.MaxDelay > TimeSpan.Zero))
        {
            TryBeginTrial(lease.Resident, batching, runs);
        }

        var run = new InferenceRun(session, request, lease.Share(), admission, remaining, time, stop, cancellationToken)
        {
            Kind = admission is null ? batching.FindKind(request, rows) : null,
            Rows = rows ?? 1,
            Bytes = CountBytes(request),
            MustQueue = batching.IsTrying,
        };
        return scheduler.RunAsync(runs, run);
    }

    /// <summary>
    /// Runs a request at once and on this thread, where that is short and a thread for inference is idle, or so short that it takes nothing from anyone: to hand it to
    /// another thread would take as long as the run. Where several are at the model, and it is known to pay that they go together, they do not pass each other so.
    /// </summary>
    /// <param name="lease">The right to use the model, which lasts until this returns.</param>
    /// <param name="request">The request, checked; not the first one of an untried model.</param>
    /// <param name="remaining">The time left to it.</param>
    /// <param name="cancellationToken">Ends the run at its next step.</param>
    /// <returns>What came of it; null where it has to wait for its turn.</returns>
    /// <exception cref="InferenceTimeoutException">The time is up.</exception>
    /// <exception cref="InvalidInputException">The engine found an input at fault.</exception>
    /// <exception cref="InferenceFailedException">The model failed on these inputs.</exception>
    public InferenceOutcome? TryRunHere(ModelLease lease, InferenceRequest request, TimeSpan remaining, CancellationToken cancellationToken)
    {
        var session = (IInferenceSession)lease.Model;
        var runs = scheduler.GetRuns(lease.Resident, lease.Resident.Key.ModelId);
        var bytes = CountBytes(request);
        if (!session.NeverBlocks || (lease.Resident.Settings.MaxQueueDelay ?? limits.MaxDelay) > TimeSpan.Zero
            || HasCompany(lease.Resident, request, session, runs))
        {
            return null;
        }

        var place = scheduler.TryBeginHere(runs, bytes);
        if (place == ShortPlace.None)
        {
            return null;
        }

        var startedAt = time.GetTimestamp();
        using var span = Spans.Start(SpanNames.Run, runs.ModelId);
        try
        {
            // What does not heed its end in time may still have come to one.
            var (outputs, times) = RunInTime(runs.ModelId, session, request, remaining, cancellationToken);
            var took = time.GetElapsedTime(startedAt);
            return took < remaining
                ? new InferenceOutcome(
                    outputs, TimeSpan.Zero, took, InferenceRun.OrWhole(times, took), RunShare.Alone(BatchRows.Count(session.Signature, request)))
                : throw new InferenceTimeoutException(runs.ModelId, "while it ran");
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
        finally
        {
            runs.MeasureShort(time.GetElapsedTime(startedAt), bytes);
            scheduler.EndHere(place);
        }
    }

    /// <summary>Whether requests for a resident run together, and why; null before that was tried.</summary>
    public BatchVerdict? FindVerdict(Resident resident) => _models.TryGetValue(resident, out var batching) ? batching.Verdict : null;

    private ModelBatching GetBatching(Resident resident, IInferenceSession session) =>
        _models.TryGetValue(resident, out var batching)
            ? batching
            : _models.GetValue(resident, _ => new ModelBatching(
                session, limits.Of(resident.Settings), pool, time, reason => LogTried(resident.Key.ModelId, "alone", reason)));

    private static long CountBytes(InferenceRequest request)
    {
        var bytes = 1L;
        foreach (var input in request.Inputs)
        {
            bytes += input is Tensor tensor ? tensor.Data.Length : 0;
        }

        return bytes;
    }

    private RunResult RunInTime(
        string modelId, IInferenceSession session, InferenceRequest request, TimeSpan remaining, CancellationToken cancellationToken)
    {
        using var stop = _stops.Begin(remaining, cancellationToken);
        try
        {
            return session.Run(request, stop.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            throw new InferenceTimeoutException(modelId, "while it ran");
        }
    }

    // Whether others are at the model with which it pays to go together. Where that is not known, it is found out beside them.
    private bool HasCompany(Resident resident, InferenceRequest request, IInferenceSession session, ModelRuns runs)
    {
        if (resident.Gate.Users <= 1 || !QueueRule.MayGainTogether(runs.Cost))
        {
            return false;
        }

        var batching = GetBatching(resident, session);
        if (!(StackShape.CountRows(request) < batching.Limits.MaxRows))
        {
            return false;
        }

        // While it is found out they queue too: what runs beside the trial's runs would spoil their times.
        TryBeginTrial(resident, batching, runs);
        return batching.IsProven || batching.IsTrying;
    }

    private void TryBeginTrial(Resident resident, ModelBatching batching, ModelRuns runs)
    {
        if (runs.Cost is { IsKnown: true } cost && cost.Run <= LongestToTry && batching.IsUnknown && batching.TryBeginTrial())
        {
            // It belongs to no request, and so to no request's context.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(() => TryAsync(resident, batching, runs), CancellationToken.None);
            }
        }
    }

    private async Task TryAsync(Resident resident, ModelBatching batching, ModelRuns runs)
    {
        BatchVerdict? verdict = null;
        try
        {
            var trial = new BatchTrial(
                batching.Session, (request, memory) => TryOnceAsync(resident, batching.Session, runs, request, memory), batching.Limits.MaxRows, pool);
            verdict = await trial.RunAsync();
            if (batching.Verdict is null || !verdict.MayChange)
            {
                LogTried(runs.ModelId, verdict.IsProven ? "together" : "alone", verdict.Reason);
            }
        }
        catch (MultiplexException error)
        {
            LogBrokenOff(runs.ModelId, error.Message);
        }
#pragma warning disable CA1031 // Nobody waits for it; the model goes on answering as before.
        catch (Exception error)
#pragma warning restore CA1031
        {
            verdict = BatchVerdict.No($"the trial failed ({error.GetType().Name})");
            LogFailed(runs.ModelId, error);
        }
        finally
        {
            batching.EndTrial(verdict);
        }
    }

    // Between two runs the model may go.
    private async Task<(ImmutableArray<ModelValue> Outputs, TimeSpan Took)> TryOnceAsync(
        Resident resident, IInferenceSession session, ModelRuns runs, InferenceRequest request, IDisposable? memory)
    {
        if (!resident.Gate.TryEnter())
        {
            memory?.Dispose();
            throw new ModelUnloadedException(runs.ModelId);
        }

        var run = new TrialRun(session, resident, request, memory, time);
        try
        {
            return await scheduler.RunAsync(runs, run);
        }
        catch
        {
            run.Stop();
            throw;
        }
    }

    [LoggerMessage(LogEvents.ExecutionIds + 1, LogLevel.Information, "Requests that wait for model '{Model}' run {How}: {Reason}.")]
    private partial void LogTried(string model, string how, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 2, LogLevel.Debug, "Whether requests for model '{Model}' may run together is tried later: {Reason}")]
    private partial void LogBrokenOff(string model, string reason);

    [LoggerMessage(LogEvents.ExecutionIds + 3, LogLevel.Warning, "It could not be found out whether requests for model '{Model}' may run together.")]
    private partial void LogFailed(string model, Exception error);
}
