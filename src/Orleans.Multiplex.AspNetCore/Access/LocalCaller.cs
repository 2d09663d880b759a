using System.Net;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// Whether a caller is on this machine, and not only its last hop. A proxy here connects from loopback for callers from anywhere: it is known
/// by the headers it adds, or by the public <c>Host</c> that it passes on. The same goes for the browser here that shows a page from elsewhere whose name
/// was made to resolve to loopback (DNS rebinding): its <c>Host</c> is the page's. A proxy that does neither is known by HTTP/1.0, which nothing else
/// speaks any more, or not at all.
/// </summary>
internal static class LocalCaller
{
    // X-Original-*: what ASP.NET Core makes of X-Forwarded-* once it has heeded them.
    private static readonly string[] ProxyPrefixes = ["X-Forwarded", "X-Original-"];
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP"];

    public static bool Is(HttpContext context) =>
        IsLoopback(context.Connection.RemoteIpAddress)
        && IsLoopback(context.Request.Host.Host)
        && !HttpProtocol.IsHttp10(context.Request.Protocol)
        && !context.Request.Headers.Keys.Any(IsOfAProxy);

    // Over gRPC the host is what :authority says. A request without one is nobody's that we know.
    private static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IsLoopback(address));

    // A connection without an address is a Unix socket; who is behind it is not known.
    private static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsOfAProxy(string header) =>
        ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase) || ProxyPrefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
