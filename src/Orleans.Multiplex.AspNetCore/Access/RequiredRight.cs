using Microsoft.AspNetCore.Builder;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>The right that an endpoint needs, in its metadata.</summary>
internal sealed record RequiredRight(Right Right);

/// <summary>Says which right endpoints need.</summary>
internal static class RequiredRightExtensions
{
    public static TBuilder RequireRight<TBuilder>(this TBuilder endpoint, Right right)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoint.Add(builder => builder.Metadata.Add(new RequiredRight(right)));
        return endpoint;
    }
}
