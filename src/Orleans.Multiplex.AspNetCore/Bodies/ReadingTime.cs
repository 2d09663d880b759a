using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.AspNetCore.Bodies;

/// <summary>
/// The time in which a request has to be here, as long as the time of a request that does not bring its own: what it takes in memory is
/// charged as announced, so one that trickles in would keep others out for as long as it likes.
/// </summary>
internal static class ReadingTime
{
    /// <summary>Fires when the time is up.</summary>
    public static CancellationTokenSource Start(HttpContext context) => new(
        context.RequestServices.GetRequiredService<IOptions<MultiplexClientOptions>>().Value.RequestTimeout,
        context.RequestServices.GetRequiredService<TimeProvider>());
}
