using System.Diagnostics;

namespace Orleans.Multiplex.Telemetry.Traces;

/// <summary>How the span of a request's wait for its model goes together with that of the load.</summary>
internal static class WaitTrace
{
    /// <summary>Links the wait to the load that it waits for. One that began the load has it below itself.</summary>
    public static void LinkTo(this Activity wait, Activity? load)
    {
        if (load is not null && load.ParentSpanId != wait.SpanId)
        {
            wait.AddLink(new ActivityLink(load.Context));
        }
    }
}
