using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Orleans.Multiplex.Settings;

/// <summary>How a part of the product gets its settings.</summary>
internal static class SettingsServiceExtensions
{
    /// <summary>
    /// Reads <typeparamref name="TOptions"/> from the section that <typeparamref name="TValidator"/> names, and has them checked at start, together with
    /// the settings of all other parts. May be called more than once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The configuration of the application; null when only code sets the options.</param>
    public static OptionsBuilder<TOptions> AddSettings<TOptions, TValidator>(this IServiceCollection services, IConfiguration? configuration)
        where TOptions : class, new()
        where TValidator : class, ISettingsValidator<TOptions>
    {
        var isThere = services.Any(service =>
            !service.IsKeyedService && service.ImplementationInstance is SettingsPart<TOptions, TValidator> part && part.Configuration == configuration);
        if (!isThere)
        {
            var part = new SettingsPart<TOptions, TValidator>(configuration);
            services.AddSingleton<ISettingsPart>(part);
            services.AddSingleton<IConfigureOptions<TOptions>>(part);
        }

        // Before the silo, whose making would stumble over the first fault.
        if (!services.Any(service => !service.IsKeyedService && service.ImplementationType == typeof(SettingsCheck)))
            services.Insert(0, ServiceDescriptor.Singleton<IHostedService, SettingsCheck>());

        return services.AddOptions<TOptions>();
    }
}
