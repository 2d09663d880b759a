using System.Diagnostics.CodeAnalysis;
using Orleans.Concurrency;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Batching;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Placement;

namespace Orleans.Multiplex.Grains;

/// <summary>A model of the store: leases it, runs it on the inference threads, and holds nothing else.</summary>
[GrainType("multiplex.inference")]
[Multiplexed(MaxModelsPerSilo = ModelPool.Unlimited, Pool = PoolName), KeepAlive, Reentrant, Immovable]
[SuppressMessage("Performance", "CA1812", Justification = "Made by the grain runtime.")]
internal sealed class InferenceGrain(
    ModelAttachment attachment,
    GrainPools pools,
    BackendOpener opener,
    InferenceRunner runner,
    CallOptions options,
    ILocalSiloDetails silo,
    TimeProvider time,
    CallLog log,
    InferenceStatistics statistics) : Grain, IInferenceGrain, IIncomingGrainCallFilter
{
    public const string PoolName = ModelPool.OfStore;

    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        attachment.ActivateAsync(pools.Get(typeof(InferenceGrain)), opener, cancellationToken);

    public async Task<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var entry = log.Start(attachment.Model);
        try
        {
            var (response, run) = await RunAsync(request, startedAt, cancellationToken);
            statistics.CountSuccess(
                attachment.Key!.Value.Id, response.Version, new RequestTimes(time.GetElapsedTime(startedAt), run.Queued, run.Times), run.Share);
            entry?.Succeed(response.IsCold);
            return response;
        }
        catch (Exception error)
        {
            OwnErrors.Mark(error);
            if (attachment.Key is { } key && IsCounted(error))
            {
                CountFailure(key, time.GetElapsedTime(startedAt));
            }

            entry?.Fail(error);
            throw;
        }
    }

    public async Task LoadAsync(TimeSpan? timeout, bool retry, CancellationToken cancellationToken)
    {
        if (retry)
        {
            attachment.ForgetFailure();
        }

        using var lease = await attachment.AcquireAsync(options.GetTimeout(attachment.Model, timeout), cancellationToken);
    }

    Task IIncomingGrainCallFilter.Invoke(IIncomingGrainCallContext context) =>
        CallCancellation.Is(context) ? CallCancellation.BeginAsync(context) : context.Invoke();

    // A model that is not there has no statistics, or a flood of names would push out those that have; and a request that is handed back
    // is counted where it is sent again.
    private static bool IsCounted(Exception error) =>
        error is not (ModelNotFoundException or InvalidModelIdException or ModelUnloadedException);

    // While the store does not answer, nobody can tell whether a model is there.
    private void CountFailure(ModelKey key, TimeSpan total)
    {
        if (attachment.FoundVersion is { } version)
        {
            statistics.CountFailure(key.Id, version, total);
        }
        else
        {
            statistics.CountUnfound(key, total);
        }
    }

    private async Task<(InferenceResponse Response, InferenceOutcome Run)> RunAsync(
        InferenceRequest request, long startedAt, CancellationToken cancellationToken)
    {
        var timeout = options.GetTimeout(attachment.Model, request.Timeout);
        using var lease = await attachment.AcquireAsync(timeout, cancellationToken);
        var session = (IInferenceSession)lease.Model;
        session.Check(request);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var admission = lease.Resident.FirstRun is { } first ? await first.BeginAsync(cancellationToken) : null;
        var left = timeout - time.GetElapsedTime(startedAt);
        try
        {
            var run = await runner.RunAsync(lease, request, admission, left, stop.Token, cancellationToken);
            ThrowIfTooLarge(run);
            var response = new InferenceResponse
            {
                Version = lease.Resident.Key.Version,
                Outputs = run.Outputs,
                Silo = silo.Name,
                IsCold = lease.IsCold,
                Timings = new InferenceTimings(lease.Waited, run.Queued, run.Took),
            };
            return (response, run);
        }
        catch (Exception error) when (error is InferenceTimeoutException or OperationCanceledException)
        {
            // Who waited has gone, perhaps before the token that is linked to the caller's was told.
            await stop.CancelAsync();
            throw;
        }
    }

    private void ThrowIfTooLarge(in InferenceOutcome run)
    {
        if (MessageSize.Of(run.Outputs) is var size && size > options.MaxAnswerBytes)
        {
            throw new InferenceFailedException(
                attachment.Model,
                $"its answer takes {new ByteSize(size)}, and at most {new ByteSize(options.MaxAnswerBytes)} can be sent. "
                + "Send fewer rows at once, ask for fewer outputs, or raise SiloMessagingOptions.MaxMessageBodySize.");
        }
    }
}
