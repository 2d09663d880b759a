using System.Collections.Immutable;
using Orleans.Multiplex.Execution.Scheduling;

namespace Orleans.Multiplex.Execution.Batching;

/// <summary>Runs requests of one shape for one model as a single one.</summary>
/// <param name="batching">The model.</param>
/// <param name="shape">What they have in common.</param>
internal sealed class StackedRuns(ModelBatching batching, StackShape shape) : RunKind
{
    public StackShape Shape => shape;

    public override int MaxRows => batching.Limits.MaxRows;

    public override TimeSpan MaxDelay => batching.Limits.MaxDelay;

    protected override bool TryRunTogether(IReadOnlyList<ScheduledRun> runs)
    {
        var members = runs.Cast<InferenceRun>().ToList();
        ImmutableArray<ModelValue>[] parts;
        ImmutableArray<int> rows;
        RunTimes times;
        TimeSpan took;
        try
        {
            using var stop = new SharedStop(members);
            using var stack = new RowStack([.. members.Select(static member => member.Request)], batching.Pool);
            var startedAt = batching.Time.GetTimestamp();
            (var outputs, times) = batching.Session.Run(stack.Request, stop.Token);
            took = batching.Time.GetElapsedTime(startedAt);
            if (stack.Split(outputs) is not { } split)
            {
                batching.Withdraw("its outputs have other rows than its inputs");
                return false;
            }

            (parts, rows) = (split, stack.Rows);
        }
#pragma warning disable CA1031 // Whatever it was, each of them gets its own answer or error now.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }

        var (total, run) = (rows.Sum(), new SharedRun());
        for (var i = 0; i < parts.Length; i++)
        {
            members[i].Succeed(new InferenceOutcome(
                parts[i], members[i].Waited, took, InferenceRun.OrWhole(times, took), new RunShare(rows[i], total, run)));
        }

        return true;
    }

    protected override void OnRanOnlyAlone() => batching.Withdraw("a run of several requests failed that each ran well alone");
}
