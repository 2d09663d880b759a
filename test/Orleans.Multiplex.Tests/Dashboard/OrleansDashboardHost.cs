using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Multiplex.Tests.AspNetCore;
using Orleans.Multiplex.Tests.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard;

/// <summary>Our dashboard on a silo, which Orleans' own needs, with a key of each kind: what is behind the endpoints is asked for real.</summary>
public sealed class OrleansDashboardHost : IAsyncLifetime
{
    /// <summary>Below which path it is.</summary>
    internal const string Root = "/dashboard/orleans";

    private HttpHost _http = null!;

    internal HttpHost Http => _http;

    /// <summary>What is mapped there.</summary>
    internal IEnumerable<RouteEndpoint> Endpoints => _http.Endpoints.Where(static endpoint => $"{FullPatternOf(endpoint)}/".StartsWith($"{Root}/", StringComparison.Ordinal));

    /// <summary>An endpoint's pattern from there on.</summary>
    internal static string PatternOf(RouteEndpoint endpoint) => FullPatternOf(endpoint)[Root.Length..];

    public async ValueTask InitializeAsync() => _http = await HttpHost.StartAsync(
        settings: static settings =>
        {
            AccessHost.SetKey(settings, "read", "read");
            AccessHost.SetKey(settings, "infer", "infer,operate");
            AccessHost.SetKey(settings, "team", "read", prefix: "team-a/");
        },
        map: static app =>
        {
            app.MapMultiplex();
            app.MapMultiplexDashboard();
        },
        build: static builder =>
        {
            builder.UseOrleans(static silo => silo.UseMultiplexCluster().AddMultiplexDashboard());
            builder.Services.AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        });

    public ValueTask DisposeAsync() => _http.DisposeAsync();

    private static string FullPatternOf(RouteEndpoint endpoint) => $"/{endpoint.RoutePattern.RawText!.TrimStart('/')}";
}
