using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.Dashboard.Hosting;

/// <summary>Checks the settings of the dashboard.</summary>
internal sealed class MultiplexDashboardOptionsValidator : ISettingsValidator<MultiplexDashboardOptions>
{
    public static string Section => "Multiplex:Dashboard";

    public IEnumerable<string> FindFaults(MultiplexDashboardOptions options) => options is { ProfileGrains: true, Orleans: false }
        ? ["Multiplex:Dashboard:ProfileGrains is true, and Multiplex:Dashboard:Orleans is false; the calls of grains are shown on Orleans' own dashboard alone, so set both to true, or neither."]
        : [];
}
