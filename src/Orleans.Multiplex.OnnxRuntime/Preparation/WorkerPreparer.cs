using Orleans.Multiplex.OnnxRuntime.Checking;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Worker;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>Prepares models in the worker, when it checks none.</summary>
/// <param name="worker">The worker.</param>
/// <param name="maxBytes">How many bytes the silo may hold.</param>
internal sealed class WorkerPreparer(IModelWorker worker, Func<long> maxBytes) : IModelPreparer
{
    private static readonly TimeSpan RunTime = TimeSpan.FromSeconds(30);
    // At the lowest priority.
    private static readonly TimeSpan Time = TimeSpan.FromMinutes(30);

    // The files, what was made of it, and both while they are compared.
    private const long Copies = 3;

    public long GetLimitBytes(ModelFiles original) => GetLimits(original).Bytes;

    public async Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken)
    {
        var job = new WorkerJob(0, JobKind.Prepare, original.Path, original.Others, folder, RunTime.TotalSeconds);
        var limits = GetLimits(original);
        var end = await worker.PrepareAsync(job, limits, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        return end switch
        {
            { Outcome: JobOutcome.Answered, Answer.Step: WorkerStep.Prepared } when PreparedModel.TryRead(folder, out var model) => PreparationOutcome.Of(model),
            { Outcome: JobOutcome.Answered, Answer.Step: WorkerStep.NotPrepared } => PreparationOutcome.Failed(end.Answer.Reason ?? ""),
            { Outcome: JobOutcome.TooSlow } => PreparationOutcome.Failed($"preparing it did not end within {Time.TotalMinutes} minutes"),
            { Outcome: JobOutcome.TooLarge } => PreparationOutcome.Failed("preparing it takes too much memory", isHarmful: true) with { LimitBytes = limits.Bytes },
            { Outcome: JobOutcome.Died } when !CheckErrors.IsFromOutside(end) => PreparationOutcome.Failed($"preparing it ended the process ({CheckErrors.Describe(end)})", isHarmful: true),
            { Outcome: JobOutcome.Answered } => new PreparationOutcome(null, end.Answer?.Reason ?? "something else came first", IsFinal: false, IsPutOff: true),
            _ => new PreparationOutcome(null, end.Reason ?? $"the process was ended ({CheckErrors.Describe(end)})", IsFinal: false, IsPutOff: true),
        };
    }

    private JobLimits GetLimits(ModelFiles original)
    {
        var own = ModelCheck.AllowanceBytes + (original.MeasureBytes() * Copies);
        return new JobLimits(Time, maxBytes() is var bytes && bytes > long.MaxValue - own ? long.MaxValue : bytes + own);
    }
}
