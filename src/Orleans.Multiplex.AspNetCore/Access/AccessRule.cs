using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>
/// Who may do what. With keys: who has one with the right, from wherever. Without: everybody may run models, and who is on this machine
/// may do the rest. Everybody may probe, and read what can be asked where there are keys.
/// </summary>
internal sealed class AccessRule(ApiKeys keys)
{
    /// <summary>The header without which nothing is changed where there are no keys. Its value does not matter.</summary>
    public const string ControlHeader = "x-multiplex-control";

    /// <summary>Why the request is not answered; null, with what its caller may ask for, when it is.</summary>
    public Refusal? FindRefusal(HttpContext context, Right right, bool isRpc, out AccessGrant grant)
    {
        grant = AccessGrant.Everything;
        if (right == Right.Probe)
        {
            return null;
        }

        return !keys.Any ? FindRefusalWithoutKeys(context, right, isRpc)
            : right == Right.Document ? null
            : FindRefusalOfKey(context, right, out grant);
    }

    private Refusal? FindRefusalOfKey(HttpContext context, Right right, out AccessGrant grant)
    {
        grant = AccessGrant.Everything;
        if (BearerToken.Read(context.Request.Headers) is not { } token)
        {
            return new Refusal(RefusalReason.NoKey, "This needs an API key: send it as 'Authorization: Bearer <key>'.");
        }

        if (keys.Find(token) is not { } key)
        {
            return new Refusal(RefusalReason.WrongKey, "The API key is not one of those configured here.");
        }

        grant = new AccessGrant(key);
        return key.Has(right) ? key.Count() : new Refusal(RefusalReason.NoRight, $"The key '{key.Name}' lacks the right '{NameOf(right)}'.", key.Name);
    }

    private static Refusal? FindRefusalWithoutKeys(HttpContext context, Right right, bool isRpc)
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
        return right == Right.Operate && !isRpc && !context.Request.Headers.ContainsKey(ControlHeader)
            ? new Refusal(
                RefusalReason.MaybeAWebPage,
                $"Send the header '{ControlHeader}: 1': without it, any web page could send this. With an API key (Multiplex:ApiKeys) it is not needed.")
            : null;
    }

    /// <summary>A right as settings and messages name it.</summary>
    public static string NameOf(Right right) => right switch
    {
        Right.Infer => "infer",
        Right.Read => "read",
        _ => "operate",
    };
}
