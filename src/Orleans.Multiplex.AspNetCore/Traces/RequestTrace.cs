using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Traces;

/// <summary>
/// The trace that a request is in, as its caller and the log learn of it. Its span is the server's own, and the caller's <c>traceparent</c> is read there. There are no spans of ours here: what is below
/// it is made by Orleans, for calls of grains, and by the silo that answers.
/// </summary>
internal static class RequestTrace
{
    /// <summary>The header of the same form as <c>traceparent</c> by which an answer says what it is called in a trace.</summary>
    private const string Header = "traceresponse";

    /// <summary>By what the log and the answer name the request: the id of its trace, which the logs of the silos have too; without one, what the server calls it.</summary>
    public static string IdOf(HttpContext context) => Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    /// <summary>Says in the answer's headers what its trace is, where it is recorded or its caller has brought it. To be said again when they were cleared.</summary>
    /// <remarks>For its log, the server makes an activity where nobody traces, too. Of a trace that began here and is not recorded nobody could find anything.</remarks>
    public static void Tell(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } request && (request.Recorded || request.HasRemoteParent) && request.Source.HasListeners())
        {
            context.Response.Headers[Header] = request.Id;
        }
    }
}
