using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.Settings;

/// <summary>Reads the options of one part, and finds what is wrong with them. A value that cannot be read leaves the default until the start is refused.</summary>
internal sealed class SettingsPart<TOptions, TValidator>(IConfiguration? configuration) : ISettingsPart, IConfigureOptions<TOptions>
    where TOptions : class, new()
    where TValidator : ISettingsValidator<TOptions>
{
    public IConfiguration? Configuration => configuration;

    public IEnumerable<string> Names => SettingNames.Of(typeof(TOptions), TValidator.Section);

    public void Configure(TOptions options) => Read(options);

    public IEnumerable<string> FindFaults(IServiceProvider services) =>
    [
        .. Read(new TOptions()),
        .. ActivatorUtilities.GetServiceOrCreateInstance<TValidator>(services).FindFaults(services.GetRequiredService<IOptions<TOptions>>().Value),
    ];

    private List<string> Read(TOptions options) => configuration is null ? [] : SettingsReader.Read(configuration.GetSection(TValidator.Section), options);
}
