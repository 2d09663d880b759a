using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.AspNetCore.Access;

/// <summary>Registers what decides on access.</summary>
internal static class AccessRegistrations
{
    public static void AddMultiplexAccess(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<MultiplexAccessOptions, MultiplexAccessOptionsValidator>(configuration);
        services.TryAddSingleton<ApiKeys>();
        services.TryAddSingleton<AccessRule>();
        services.TryAddSingleton<RefusalLog>();
        services.TryAddSingleton<AccessFilter>();
    }
}
