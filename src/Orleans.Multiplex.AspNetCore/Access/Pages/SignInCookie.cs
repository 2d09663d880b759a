using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access.Pages;

/// <summary>
/// What a browser has after its owner has shown a key: which one that was, sealed, for twelve hours. Not the key. It is sent to pages alone, and by no page of another site.
/// </summary>
internal sealed class SignInCookie(ApiKeys keys, IDataProtectionProvider protection, TimeProvider time)
{
    public const string Name = "multiplex-sign-in";

    private static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private readonly ITimeLimitedDataProtector _seal = protection.CreateProtector("Orleans.Multiplex.SignIn").ToTimeLimitedDataProtector();

    /// <summary>The key with which the browser's owner signed in, and until when that holds; null where nobody has, it is over, or the key is configured no more.</summary>
    public (ApiKey Key, DateTimeOffset Until)? Read(HttpContext context)
    {
        if (context.Request.Cookies[Name] is not { Length: > 0 } value)
        {
            return null;
        }

        try
        {
            var hash = Convert.FromBase64String(_seal.Unprotect(value, out var until));
            return until > time.GetUtcNow() && keys.FindByHash(hash) is { } key ? (key, until) : null;
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Signs the owner of a key in.</summary>
    /// <param name="context">The request, with the path base of the pages.</param>
    /// <param name="key">The key.</param>
    public void Write(HttpContext context, ApiKey key)
    {
        var until = time.GetUtcNow() + Life;
        context.Response.Cookies.Append(Name, _seal.Protect(Convert.ToBase64String(key.Hash), until), OptionsOf(context, until));
    }

    /// <summary>Signs out.</summary>
    public static void Clear(HttpContext context) => context.Response.Cookies.Delete(Name, OptionsOf(context, null));

    private static CookieOptions OptionsOf(HttpContext context, DateTimeOffset? until) => new()
    {
        HttpOnly = true,
        IsEssential = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = context.Request.PathBase,
        Expires = until,
    };
}
