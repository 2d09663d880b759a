using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
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
    private const int LargestForm = 16 << 10;

    public static async Task BeginAsync(HttpContext context)
    {
        if (!await IsOursAsync(context))
        {
            return;
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var keys = context.RequestServices.GetRequiredService<ApiKeys>();
        var key = form["key"] is [{ Length: > 0 and <= LongestKey } presented] ? keys.Find(presented.Trim()) : null;
        if (key is not null && key.Has(Right.Read))
        {
            context.RequestServices.GetRequiredService<SignInCookie>().Write(context, key);
            context.Response.Redirect($"{context.Request.PathBase}/");
            return;
        }

        context.RequestServices.GetRequiredService<RefusalLog>().Write(context, key is null
            ? new Refusal(RefusalReason.WrongKey, "Somebody tried to sign in with what is no key.")
            : new Refusal(RefusalReason.NoRight, "Somebody tried to sign in with a key that may not read.", key.Name));
        context.Response.Redirect($"{context.Request.PathBase}/{Page}?{(key is null ? "wrong" : "unread")}=true");
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
        // Anybody may send this, so nothing large is read for it.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = LargestForm;
        }

        if (await IsValidAsync(context))
        {
            return true;
        }

        context.Response.Redirect($"{context.Request.PathBase}/{Page}?expired=true");
        return false;
    }

    private static async Task<bool> IsValidAsync(HttpContext context)
    {
        try
        {
            return await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context);
        }
        catch (Exception error) when (error is AntiforgeryValidationException or BadHttpRequestException or InvalidDataException)
        {
            return false;
        }
    }
}
