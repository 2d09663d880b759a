using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Metrics;
using Orleans.Multiplex.Telemetry.Traces;

namespace Orleans.Multiplex.Grains;

/// <summary>Answers requests to models of the store, whichever way they came: leases the model, runs it, counts what came of it.</summary>
internal sealed class InferenceCalls(
    InferenceRunner runner, CallOptions options, ILocalSiloDetails silo, TimeProvider time, CallLog log, InferenceStatistics statistics, SiloTelemetry telemetry, ModelCopies copies)
{
    /// <summary>Answers a request that has come to the model's grain; the model is loaded first where it is not resident.</summary>
    /// <param name="tie">The grain's tie to its model.</param>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<InferenceResponse> AnswerAsync(IModelTie tie, InferenceRequest request, CancellationToken cancellationToken) =>
        CountAsync(tie, request, found: null, mayRunHere: false, cancellationToken);

    /// <summary>Answers a request that has found its model resident.</summary>
    /// <param name="tie">The tie of the model's grain to its model.</param>
    /// <param name="request">The request.</param>
    /// <param name="lease">The right to use the model, which ends with the request.</param>
    /// <param name="mayRunHere">Whether a short run may have the caller's thread.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Task<InferenceResponse> AnswerWarmAsync(
        IModelTie tie, InferenceRequest request, ModelLease lease, bool mayRunHere, CancellationToken cancellationToken) =>
        CountAsync(tie, request, lease, mayRunHere, cancellationToken);

    private async Task<InferenceResponse> CountAsync(
        IModelTie tie, InferenceRequest request, ModelLease? found, bool mayRunHere, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var lease = found;
        CallLog.Entry? entry = null;
        using var span = Spans.Start(SpanNames.Infer, tie.Model)?.SetTag(SpanTags.Silo, silo.Name);
        try
        {
            entry = log.Start(tie.Model);
            var timeout = options.GetTimeout(tie.Model, request.Timeout);
            var held = lease ??= await tie.AcquireAsync(timeout, cancellationToken);
            var prioritized = held.Resident.Settings.Prioritize(request);
            var left = timeout - time.GetElapsedTime(startedAt);
            var run = held.Resident.Settings.Timeout is { } most && most < left
                ? await RunWithinAsync(tie.Model, most, held, prioritized, mayRunHere, cancellationToken)
                : await RunAsync(held, prioritized, left, mayRunHere, cancellationToken);
            ThrowIfTooLarge(tie.Model, run);
            var version = held.Resident.Key.Version;
            var total = time.GetElapsedTime(startedAt);
            var isFirstOfRun = statistics.CountSuccess(tie.Key!.Value.Id, version, new RequestTimes(total, run.Queued, run.Times, held.IsCold ? held.Waited : TimeSpan.Zero), run.Share);
            telemetry.Answered(new AnsweredRequest(
                held.Resident.Series, total, held.IsCold ? held.Waited : null, run.Queued, isFirstOfRun ? run.Share.RunRows : null));
            entry?.Succeed(held.IsCold);
            span?.SetTag(SpanTags.IsCold, held.IsCold).SetTag(SpanTags.Version, version);
            return new InferenceResponse
            {
                Version = version,
                Outputs = run.Outputs,
                Silo = silo.Name,
                IsCold = held.IsCold,
                Timings = new InferenceTimings(held.Waited, run.Queued, run.Took),
                Copies = copies.GetNews(tie.Model, request.CopiesKnown, held.Resident),
            };
        }
        catch (Exception error)
        {
            OwnErrors.Mark(error);
            if (tie.Key is { } key && IsCounted(error))
            {
                CountFailure(tie, key, time.GetElapsedTime(startedAt));
            }

            telemetry.Failed(
                new ModelName(InferenceGrain.PoolName, tie.Key?.Id ?? tie.Model, tie.FoundVersion ?? 0), error, time.GetElapsedTime(startedAt));
            entry?.Fail(error);
            span?.Fail(error);
            throw;
        }
        finally
        {
            lease?.Dispose();
        }
    }

    // More time of the request's own, as a timeout usually asks for, would not help here.
    private async ValueTask<InferenceOutcome> RunWithinAsync(
        string model, TimeSpan most, ModelLease lease, InferenceRequest request, bool mayRunHere, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(lease, request, most, mayRunHere, cancellationToken);
        }
        catch (InferenceTimeoutException)
        {
            throw new InferenceTimeoutException(model, $"while it waited or ran, for which the timeout in its {ModelSettings.FileName} allows {most} in all");
        }
    }

    private ValueTask<InferenceOutcome> RunAsync(
        ModelLease lease, InferenceRequest request, TimeSpan left, bool mayRunHere, CancellationToken cancellationToken)
    {
        ((IInferenceSession)lease.Model).Check(request);
        return mayRunHere && runner.TryRunHere(lease, request, left, cancellationToken) is { } outcome
            ? new(outcome)
            : new(RunQueuedAsync(lease, request, left, cancellationToken));
    }

    private async Task<InferenceOutcome> RunQueuedAsync(ModelLease lease, InferenceRequest request, TimeSpan left, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var startedAt = time.GetTimestamp();
        var admission = lease.Resident.FirstRun is { HasBegun: false } first ? await BeginFirstAsync(lease.Resident, first, left, cancellationToken) : null;
        try
        {
            return await runner.RunAsync(lease, request, admission, left - time.GetElapsedTime(startedAt), stop.Token, cancellationToken);
        }
        catch (Exception error) when (error is InferenceTimeoutException or OperationCanceledException)
        {
            // Who waited has gone, perhaps before the token that is linked to the caller's was told.
            await stop.CancelAsync();
            throw;
        }
    }

    private async Task<IDisposable?> BeginFirstAsync(Resident resident, FirstRun first, TimeSpan left, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await first.BeginAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            throw new InferenceTimeoutException(resident.Key.ModelId, "waiting to be let run for the first time");
        }
    }

    // A model that is not there has no statistics, or a flood of names would push out those that have; and a request that is handed back
    // is counted where it is sent again.
    private static bool IsCounted(Exception error) =>
        error is not (ModelNotFoundException or InvalidModelIdException or ModelUnloadedException);

    // While the store does not answer, nobody can tell whether a model is there.
    private void CountFailure(IModelTie tie, ModelKey key, TimeSpan total)
    {
        if (tie.FoundVersion is { } version)
        {
            statistics.CountFailure(key.Id, version, total);
        }
        else
        {
            statistics.CountUnfound(key, total);
        }
    }

    private void ThrowIfTooLarge(string model, in InferenceOutcome run)
    {
        if (MessageSize.Of(run.Outputs) is var size && size > options.MaxAnswerBytes)
        {
            throw new InferenceFailedException(
                model,
                $"its answer takes {new ByteSize(size)}, and at most {new ByteSize(options.MaxAnswerBytes)} can be sent. "
                + "Send fewer rows at once, ask for fewer outputs, or raise SiloMessagingOptions.MaxMessageBodySize.");
        }
    }
}
