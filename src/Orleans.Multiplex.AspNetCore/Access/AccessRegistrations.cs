using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Multiplex.AspNetCore.Access.Pages;
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

    /// <summary>Registers what lets people sign in on pages, which keeps keys of its own on the machine: only where there are pages.</summary>
    public static void AddMultiplexSignIn(this IServiceCollection services)
    {
        services.AddDataProtection();
        services.TryAddSingleton<SignInCookie>();
    }
}
