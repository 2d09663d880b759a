using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>
/// The spans of a silo: where they come from, and how they begin. A span of ours is made only in a trace that is recorded, or to begin one, so that whoever is in none pays for a look at a field
/// and at the activity at hand, and nothing else.
/// </summary>
internal static class Spans
{
    public static readonly ActivitySource Source = new("Orleans.Multiplex");

    /// <summary>The activity at hand where its trace is recorded and somebody listens to us; null otherwise.</summary>
    /// <remarks>There may be one though nobody listens: ASP.NET Core makes one for its log.</remarks>
    public static Activity? Recorded => Source.HasListeners() && Activity.Current is { Recorded: true } current ? current : null;

    /// <summary>Begins a part of what the activity at hand does, and is the one at hand until it is disposed. Null where that is not recorded.</summary>
    public static Activity? Start(string name, string model) => Recorded is null ? null : Source.StartActivity(name)?.SetTag(SpanTags.Model, model);

    /// <summary>Begins a part of what another activity does, and is the one at hand until it is disposed. Without that other one there is none at hand from then on.</summary>
    public static Activity? StartFor(Activity? other, string name, string model)
    {
        if (other is null)
        {
            Activity.Current = null;
            return null;
        }

        return Source.StartActivity(name, ActivityKind.Internal, other.Context)?.SetTag(SpanTags.Model, model);
    }

    /// <summary>Begins a part of what another activity does, wherever that is; the one at hand stays what it is.</summary>
    public static Activity? StartAside(string name, ActivityContext parent, string model)
    {
        var current = Activity.Current;
        var span = Source.StartActivity(name, ActivityKind.Internal, parent)?.SetTag(SpanTags.Model, model);
        Activity.Current = current;
        return span;
    }

    /// <summary>Ends what was begun so.</summary>
    public static void EndAside(Activity? span)
    {
        var current = Activity.Current;
        span?.Stop();
        Activity.Current = current;
    }

    /// <summary>Makes a span the activity at hand until the returned scope ends; where there is none, everything stays as it is.</summary>
    public static SpanScope Enter(Activity? span) => new(span);
}
