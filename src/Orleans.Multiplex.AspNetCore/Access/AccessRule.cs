using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Who may do what: probes and inference from anywhere, the rest on loopback connections only.</summary>
internal static class AccessRule
{
    /// <summary>Ends the request unless its caller has the right.</summary>
    /// <exception cref="BadHttpRequestException">The caller does not have it.</exception>
    public static void Check(HttpContext context, Right right)
    {
        if (right is not (Right.Probe or Right.Infer))
        {
            LoopbackOnly.Check(context);
        }
    }
}
