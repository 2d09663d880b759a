using System.Net;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// The rule for everything but inference and the health probes, which tells what a cluster holds: only a caller on the same machine
/// is answered. A proxy on this machine connects from loopback too, for callers from anywhere; it is known by the headers it adds.
/// </summary>
internal static class LoopbackOnly
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"];

    /// <summary>Ends the request unless its caller is on the same machine.</summary>
    /// <exception cref="BadHttpRequestException">The caller is elsewhere, or came through a proxy.</exception>
    public static void Check(HttpContext context)
    {
        if (!IsLoopback(context.Connection.RemoteIpAddress) || ProxyHeaders.Any(context.Request.Headers.ContainsKey))
        {
            throw new BadHttpRequestException(
                "This path answers on loopback connections only, until access is configured. Ask on the machine itself, and not through a proxy. Inference and the health probes answer from anywhere.",
                StatusCodes.Status403Forbidden);
        }
    }

    // A connection without an address is a Unix socket; who is behind it is not known.
    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
