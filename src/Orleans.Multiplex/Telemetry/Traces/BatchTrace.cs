using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>
/// The span of a run of several requests. It is linked with the run of each that is recorded, in both directions, and belongs to the trace of the first of them: as a trace of its own
/// it would be sampled by itself, and mostly be missing where the requests are there.
/// </summary>
internal sealed class BatchTrace : IDisposable
{
    private readonly Activity _span;

    private BatchTrace(Activity span) => _span = span;

    /// <summary>The run begins, on the thread at hand. Null where none of the requests is recorded.</summary>
    /// <param name="runs">The requests' own; null for those that are not recorded.</param>
    /// <param name="rows">The rows of all of them.</param>
    public static BatchTrace? Begin(IEnumerable<RunTrace?> runs, int rows)
    {
        var all = runs.ToList();
        var recorded = all.Select(static run => run?.Span).OfType<Activity>().ToList();
        if (recorded is not [var first, ..]
            || Spans.Source.StartActivity(
                SpanNames.RunBatch, ActivityKind.Internal, first.Context, links: recorded.Select(static run => new ActivityLink(run.Context))) is not { } batch)
        {
            return null;
        }

        batch.SetTag(SpanTags.Model, first.GetTagItem(SpanTags.Model)).SetTag(SpanTags.Requests, all.Count).SetTag(SpanTags.Rows, rows);
        foreach (var run in recorded)
        {
            run.AddLink(new ActivityLink(batch.Context));
        }

        return new BatchTrace(batch);
    }

    /// <summary>They did not run together after all; each runs again, alone.</summary>
    public void Fail() => _span.Fail(ErrorKind.Other, "It failed as one run; each of the requests is run again, alone.");

    public void Dispose() => _span.Dispose();
}
