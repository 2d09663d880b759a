using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Dashboard;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard;

/// <summary>Whether a silo has anything of Orleans' own dashboard.</summary>
public sealed class OrleansDashboardSettingsTests
{
    [Theory]
    [InlineData(null, null, true)]
    [InlineData("true", "true", true)]
    [InlineData("true", "false", false)]
    [InlineData("false", "true", false)]
    public async Task Silo_WithoutIt_HasNoneOfItsGrainsForOthersToPlaceThere(string? isEnabled, string? isOrleans, bool isThere)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration["Multiplex:Dashboard:Enabled"] = isEnabled;
        builder.Configuration["Multiplex:Dashboard:Orleans"] = isOrleans;
        builder.UseOrleans(static silo => silo.UseMultiplexCluster().AddMultiplexDashboard());
        await using var app = builder.Build();

        var ofIt = typeof(DashboardOptions).Assembly;
        Assert.Equal(isThere, app.Services.GetRequiredService<IOptions<GrainTypeOptions>>().Value.Classes.Any(type => type.Assembly == ofIt));
        Assert.Equal(isThere, builder.Services.Any(service => service.ServiceType.Assembly == ofIt));
    }
}
