using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.Dashboard.Operating;
using Orleans.Multiplex.Dashboard.Watching;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>Registers what the pages need.</summary>
internal static class DashboardRegistrations
{
    /// <summary>A request that somebody pastes into the form to try a model.</summary>
    private const long LargestMessage = 1 << 20;

    public static IServiceCollection AddDashboardPages(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<MultiplexDashboardOptions, MultiplexDashboardOptionsValidator>(configuration);
        services.AddMultiplexSignIn();
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(static hub => hub.MaximumReceiveMessageSize = LargestMessage);
        services.AddCascadingAuthenticationState();
        services.AddMudServices();
        services.TryAddSingleton<ClusterWatch>();
        services.TryAddSingleton<KnownModels>();
        services.TryAddSingleton<TriedRequest>();
        services.TryAddScoped<Operations>();
        return services;
    }
}
