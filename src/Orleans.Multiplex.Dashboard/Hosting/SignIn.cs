using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Access.Pages;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>Answers the forms by which one signs in with a key, and out.</summary>
internal static class SignIn
{
    /// <summary>The page with the form, relative to the base of the dashboard.</summary>
    public const string Page = "sign-in";

    private const int LongestKey = 4096;

    public static async Task BeginAsync(HttpContext context)
    {
        if (!await IsOursAsync(context))
        {
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var keys = context.RequestServices.GetRequiredService<ApiKeys>();
        if (form["key"] is [{ Length: > 0 and <= LongestKey } presented] && keys.Find(presented.Trim()) is { } key)
        {
            context.RequestServices.GetRequiredService<SignInCookie>().Write(context, key);
            context.Response.Redirect($"{context.Request.PathBase}/");
            return;
        }

        context.RequestServices.GetRequiredService<RefusalLog>().Write(context, new Refusal(RefusalReason.WrongKey, "Somebody tried to sign in with what is no key."));
        context.Response.Redirect($"{context.Request.PathBase}/{Page}?wrong=true");
    }

    public static async Task EndAsync(HttpContext context)
    {
        if (await IsOursAsync(context))
        {
            SignInCookie.Clear(context);
            context.Response.Redirect($"{context.Request.PathBase}/{Page}");
        }
    }

    // The token that came with the page shows that the form is ours.
    private static async Task<bool> IsOursAsync(HttpContext context)
    {
        if (await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
        {
            return true;
        }

        context.Response.Redirect($"{context.Request.PathBase}/{Page}?expired=true");
        return false;
    }
}
