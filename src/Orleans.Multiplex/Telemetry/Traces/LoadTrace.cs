using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>
/// The spans of a load: one for all of it and one for each of its steps, which follow one another. They are in the trace of whoever began it, though nothing else of that flows into the load; one that nobody's
/// trace began is a trace of its own.
/// </summary>
internal sealed class LoadTrace
{
    private Activity? _step;

    private LoadTrace(Activity load) => Load = load;

    /// <summary>The span of the whole load, to which whoever else waits for it links.</summary>
    public Activity Load { get; }

    /// <summary>What begins a load now: nothing where nobody listens, and not even a trace of its own where the one at hand is not recorded.</summary>
    public static ActivityContext? FindBeginner() =>
        !Spans.Source.HasListeners() || Activity.Current is { Recorded: false } ? null : Activity.Current?.Context ?? default(ActivityContext);

    /// <summary>A load begins. Null where it is not recorded.</summary>
    /// <param name="beginner">What <see cref="FindBeginner"/> said where it was asked for.</param>
    /// <param name="model">The model.</param>
    public static LoadTrace? Start(ActivityContext? beginner, in ModelName model)
    {
        if (beginner is not { } parent || Spans.Source.StartActivity(SpanNames.Load, ActivityKind.Internal, parent) is not { } load)
        {
            return null;
        }

        load.SetTag(SpanTags.Model, model.Id).SetTag(SpanTags.Pool, model.Pool);
        if (model.Version > 0)
        {
            load.SetTag(SpanTags.Version, model.Version);
        }

        return new LoadTrace(load);
    }

    /// <summary>The next step begins, and the one before has ended.</summary>
    public void Begin(string step)
    {
        _step?.Dispose();
        _step = Load.Recorded ? Spans.Source.StartActivity(step) : null;
    }

    /// <summary>The load has succeeded, of which nobody has been told yet.</summary>
    /// <param name="bytes">What the model is charged.</param>
    public void Succeed(long bytes)
    {
        Load.SetTag(SpanTags.Bytes, bytes);
        End();
    }

    /// <summary>The load has failed, and so has the step that it was at. What is left of it to be cleared away is no part of it.</summary>
    /// <param name="kind">The kind of failure.</param>
    /// <param name="reason">Why, for people.</param>
    public void Fail(string kind, string reason)
    {
        _step?.Fail(kind);
        Load.Fail(kind, reason);
        End();
    }

    private void End()
    {
        _step?.Dispose();
        Load.Dispose();
    }
}
