using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>
/// The spans of what goes through the inference threads: its wait for one, then its run. They begin and end on several threads, none of which is the request's own, and
/// last as long as what they tell of, whoever still waits.
/// </summary>
internal sealed class RunTrace
{
    private readonly ActivityContext _request;
    private readonly string _model;
    private Activity? _span;

    private RunTrace(ActivityContext request, string model)
    {
        (_request, _model) = (request, model);
        _span = Spans.StartAside(SpanNames.Queue, request, model);
    }

    /// <summary>The span of the run; that of the wait before it, and none where a sampler left it out.</summary>
    public Activity? Span => Volatile.Read(ref _span);

    /// <summary>The wait for a thread begins. Null where the request at hand is not recorded.</summary>
    public static RunTrace? Begin(string model) => Spans.Recorded is { } request ? new RunTrace(request.Context, model) : null;

    /// <summary>The wait has ended, and the run begins.</summary>
    public void BeginRun()
    {
        Spans.EndAside(_span);
        Volatile.Write(ref _span, Spans.StartAside(SpanNames.Run, _request, _model));
    }

    /// <summary>It has failed, in its wait or its run. The first reason stays.</summary>
    public void Fail(string kind) => Span?.Fail(kind);

    /// <summary>It has ended.</summary>
    public void End() => Spans.EndAside(Span);
}
