using Microsoft.AspNetCore.Http;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>What <c>Authorization: Bearer</c> carries.</summary>
internal static class BearerToken
{
    private const string Scheme = "Bearer ";

    /// <summary>The key that came; null where none did, where it came another way, or where more than one did.</summary>
    public static string? Read(IHeaderDictionary headers) =>
        headers.Authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && value[Scheme.Length..].Trim() is { Length: > 0 } token
            ? token
            : null;
}
