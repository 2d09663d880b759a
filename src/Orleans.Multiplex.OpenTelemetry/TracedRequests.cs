using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Which requests are traced: not those that machines send every few seconds, nor what a browser fetches for the dashboard.</summary>
/// <param name="sampler">What has decided on those that begin a trace; null where it is none of ours.</param>
internal sealed class TracedRequests(BeginningSampler? sampler)
{
    private static readonly PathString[] Untraced =
    [
        "/metrics",
        "/dashboard",
        "/v2/health",
        "/grpc.health.v1.Health",
    ];

    /// <summary>Whether a request is traced that would be recorded. It is asked after the sampler, which does not know the path: so what this one leaves out is given back.</summary>
    public bool IsTraced(HttpContext context)
    {
        if (!Array.Exists(Untraced, path => context.Request.Path.StartsWithSegments(path)))
        {
            return true;
        }

        if (Activity.Current is { HasRemoteParent: false })
        {
            sampler?.GiveBack();
        }

        return false;
    }
}
