using Microsoft.AspNetCore.Builder;

namespace Orleans.Multiplex.AspNetCore.Access;

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
