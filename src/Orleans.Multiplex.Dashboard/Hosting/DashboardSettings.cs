using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>The settings that say what is there at all. They are read before they can be checked: what is no truth value counts as its default until the application starts, which then refuses it.</summary>
internal static class DashboardSettings
{
    public static MultiplexDashboardOptions Read(IConfiguration configuration)
    {
        var settings = configuration.GetSection(MultiplexDashboardOptionsValidator.Section);
        var options = new MultiplexDashboardOptions();
        options.Enabled = IsSet(nameof(options.Enabled)) ?? options.Enabled;
        options.Orleans = IsSet(nameof(options.Orleans)) ?? options.Orleans;
        options.ProfileGrains = IsSet(nameof(options.ProfileGrains)) ?? options.ProfileGrains;
        return options;

        bool? IsSet(string name) => bool.TryParse(settings[name], out var value) ? value : null;
    }
}
