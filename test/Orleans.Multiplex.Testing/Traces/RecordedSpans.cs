using System.Collections.Concurrent;
using System.Diagnostics;

namespace Orleans.Multiplex.Testing.Traces;

/// <summary>
/// Records the spans of the traces that a test begins, and of no others: what else goes on in the process stays as it is. What it begins is the activity at hand
/// from then on.
/// </summary>
public sealed class RecordedSpans : IDisposable
{
    private readonly ConcurrentDictionary<ActivityTraceId, bool> _traces = new();
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;
    private readonly string? _rootModel;

    /// <param name="rootModel">The model whose spans are recorded, too, where they begin a trace of their own; null for none.</param>
    public RecordedSpans(string? rootModel = null)
    {
        _rootModel = rootModel;
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "Orleans.Multiplex" or "Microsoft.AspNetCore" || source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal),
            Sample = Sample,
            ActivityStopped = OnStopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>What has ended, in that order.</summary>
    public IReadOnlyList<Activity> Ended => [.. _ended];

    /// <summary>Begins a trace, as a request does.</summary>
    /// <param name="isRecorded">Whether its spans are to be recorded.</param>
    public Activity Begin(bool isRecorded = true)
    {
        var request = new Activity("request") { ActivityTraceFlags = isRecorded ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None };
        request.SetIdFormat(ActivityIdFormat.W3C);
        Activity.Current = null;
        request.Start();
        _traces[request.TraceId] = isRecorded;
        return request;
    }

    /// <summary>Records a trace that comes from elsewhere.</summary>
    public void Add(ActivityTraceId trace) => _traces[trace] = true;

    /// <summary>The spans of a name that have ended.</summary>
    public IReadOnlyList<Activity> Find(string name) => [.. _ended.Where(span => span.OperationName == name)];

    /// <summary>The one span of a name.</summary>
    public Activity One(string name) => Find(name) is [var one]
        ? one
        : throw new InvalidOperationException($"There are {Find(name).Count} spans '{name}' among: {string.Join(", ", _ended.Select(static span => span.OperationName))}.");

    public void Dispose() => _listener.Dispose();

    private ActivitySamplingResult Sample(ref ActivityCreationOptions<ActivityContext> span)
    {
        if (span.Parent != default)
        {
            return _traces.TryGetValue(span.Parent.TraceId, out var isRecorded) && isRecorded ? ActivitySamplingResult.AllDataAndRecorded : ActivitySamplingResult.None;
        }

        return _rootModel is null ? ActivitySamplingResult.None : ActivitySamplingResult.AllDataAndRecorded;
    }

    private void OnStopped(Activity span)
    {
        if (_rootModel is not null && span.Parent is null && span.ParentSpanId == default && Equals(span.GetTagItem("multiplex.model"), _rootModel))
        {
            Add(span.TraceId);
        }

        if (_traces.ContainsKey(span.TraceId))
        {
            _ended.Enqueue(span);
        }
    }
}
