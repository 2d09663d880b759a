using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>The time for which a span is the activity at hand on a thread that is not its own.</summary>
internal readonly struct SpanScope : IDisposable
{
    private readonly Activity? _span;
    private readonly Activity? _before;

    public SpanScope(Activity? span)
    {
        _span = span;
        if (span is not null)
        {
            _before = Activity.Current;
            Activity.Current = span;
        }
    }

    public void Dispose()
    {
        if (_span is not null)
        {
            Activity.Current = _before;
        }
    }
}
