using Microsoft.AspNetCore.Http;
using Orleans.Multiplex.AspNetCore.Access.Pages;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// Who may do what. With keys: who has one with the right, from wherever. Without: everybody may run models, and who is on this machine
/// may do the rest. Everybody may probe, and read what can be asked where there are keys.
/// </summary>
internal sealed class AccessRule(ApiKeys keys, SignInCookie? signIns = null)
{
    /// <summary>The header without which nothing is changed where there are no keys. Its value does not matter.</summary>
    public const string ControlHeader = "x-multiplex-control";

    /// <summary>Why the request is not answered; null, with what its caller may ask for, when it is.</summary>
    /// <param name="context">The request.</param>
    /// <param name="right">What its endpoint needs.</param>
    /// <param name="surface">What its endpoint is part of.</param>
    /// <param name="grant">What its caller may ask for.</param>
    public Refusal? FindRefusal(HttpContext context, Right right, Surface surface, out AccessGrant grant)
    {
        grant = AccessGrant.Everything;
        if (right == Right.Probe)
        {
            return null;
        }

        if (surface == Surface.Pages && !IsOfThisSite(context.Request))
        {
            return new Refusal(RefusalReason.MaybeAWebPage, "A page of another site has sent this.");
        }

        return !keys.Any ? FindRefusalWithoutKeys(context, right, surface) : FindRefusalOfKey(context, right, surface, out grant);
    }

    private Refusal? FindRefusalOfKey(HttpContext context, Right right, Surface surface, out AccessGrant grant)
    {
        var signedIn = surface == Surface.Pages ? signIns?.Read(context) : null;
        var token = BearerToken.Read(context.Request.Headers);
        var found = token is null ? signedIn?.Key : keys.Find(token);
        grant = found is null ? AccessGrant.Nothing : new AccessGrant(found, token is null ? signedIn?.Until : null);
        return (right, found, token) switch
        {
            (Right.Document, _, _) => null,
            (_, null, null) => new Refusal(RefusalReason.NoKey, "This needs an API key: send it as 'Authorization: Bearer <key>'."),
            (_, null, _) => new Refusal(RefusalReason.WrongKey, "The API key is not one of those configured here."),
            (_, { } key, _) when key.Has(right) => key.Count(),
            (_, { } key, _) => new Refusal(RefusalReason.NoRight, $"The key '{key.Name}' lacks the right '{NameOf(right)}'.", key.Name),
        };
    }

    private static Refusal? FindRefusalWithoutKeys(HttpContext context, Right right, Surface surface)
    {
        if (right == Right.Infer)
        {
            return null;
        }

        if (!LocalCaller.Is(context))
        {
            return new Refusal(
                RefusalReason.NotLocal,
                "This answers on loopback connections only, until access is configured: ask on the machine itself, by localhost or a loopback address, with HTTP/1.1 or later and not through a proxy, or configure Multiplex:ApiKeys. Inference and the health probes answer from anywhere.");
        }

        // A page in a browser on this machine may send forms and simple requests anywhere, unseen by its reader. A header of ours makes the
        // browser ask first (CORS preflight), and nothing here says yes. gRPC cannot be sent so: its content type makes the browser ask, too.
        return right == Right.Operate && surface == Surface.Http && !context.Request.Headers.ContainsKey(ControlHeader)
            ? new Refusal(
                RefusalReason.MaybeAWebPage,
                $"Send the header '{ControlHeader}: 1': without it, any web page could send this. With an API key (Multiplex:ApiKeys) it is not needed.")
            : null;
    }

    // Browsers say from which site a page has sent what it sends by itself: a WebSocket needs no other site's leave.
    private static bool IsOfThisSite(HttpRequest request) => request.Headers.Origin is not [{ } origin]
        || (Uri.TryCreate(origin, UriKind.Absolute, out var site) && string.Equals(site.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>A right as settings and messages name it.</summary>
    public static string NameOf(Right right) => right switch
    {
        Right.Infer => "infer",
        Right.Read => "read",
        _ => "operate",
    };
}
