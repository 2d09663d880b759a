using System.Security.Claims;

namespace Orleans.Multiplex.AspNetCore.Access.Pages;

/// <summary>Who looks at a page, with what the caller may do: it reaches what the page does later, long after the request that opened it.</summary>
internal sealed class GrantPrincipal(AccessGrant grant) : ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, grant.Name)], "key"))
{
    public AccessGrant Grant => grant;
}
