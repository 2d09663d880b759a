using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Multiplex.AspNetCore.Access;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>Orleans' own dashboard, below ours and under the same access.</summary>
internal sealed class OrleansDashboard
{
    private const string ProfilerFilter = "GrainProfilerFilter";

    private OrleansDashboard()
    {
    }

    /// <summary>
    /// Adds it, unless the settings say otherwise. Then this silo has none of its grains either, which could not be made here and go to a silo that has what they need. What is wrong with the
    /// settings is said when all are checked.
    /// </summary>
    public static ISiloBuilder Add(ISiloBuilder builder)
    {
        var settings = DashboardSettings.Read(builder.Configuration);
        if (settings is { Enabled: true, Orleans: true })
        {
            builder.Services.AddSingleton(new OrleansDashboard());

            // Its page of logs streams all of them, whatever is in them.
            builder.AddDashboard(static options => options.HideTrace = true);
            if (!settings.ProfileGrains)
            {
                RemoveProfiler(builder.Services);
            }
        }
        else
        {
            builder.Services.AddOptions<GrainTypeOptions>().PostConfigure(
                static types => types.Classes.RemoveWhere(static type => type.Assembly == typeof(DashboardOptions).Assembly));
        }

        return builder;
    }

    /// <summary>Maps it where it was added.</summary>
    public static void Map(RouteGroupBuilder pages)
    {
        if (((IEndpointRouteBuilder)pages).ServiceProvider.GetService<OrleansDashboard>() is not null)
        {
            pages.MapOrleansDashboard("/orleans").RequireRight(Right.Read).WithMetadata(new WholeCluster());
        }
    }

    // A filter is asked at every call, also while nobody looks.
    private static void RemoveProfiler(IServiceCollection services)
    {
        foreach (var filter in services.Where(static service =>
            service.ServiceType == typeof(IIncomingGrainCallFilter) && !service.IsKeyedService && service.ImplementationType?.Name == ProfilerFilter).ToList())
        {
            services.Remove(filter);
        }
    }
}
