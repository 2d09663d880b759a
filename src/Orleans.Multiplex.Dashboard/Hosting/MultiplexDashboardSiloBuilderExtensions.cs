using Orleans.Multiplex.Dashboard;
using Orleans.Multiplex.Dashboard.Hosting;

namespace Orleans.Hosting;

/// <summary>Adds the dashboard to a silo.</summary>
public static class MultiplexDashboardSiloBuilderExtensions
{
    /// <summary>
    /// Adds what <c>MapMultiplexDashboard()</c> needs to the silo and the application that it is part of, and Orleans' own dashboard, whose figures of this silo are collected from then on. Reads
    /// the section <c>Multiplex:Dashboard</c> (<see cref="MultiplexDashboardOptions"/>).
    /// </summary>
    /// <param name="builder">The silo.</param>
    public static ISiloBuilder AddMultiplexDashboard(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDashboardPages(builder.Configuration);
        return OrleansDashboard.Add(builder);
    }
}
