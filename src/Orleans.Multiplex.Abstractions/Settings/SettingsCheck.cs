using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Orleans.Multiplex.Settings;

/// <summary>Refuses the start when settings are wrong, with every fault of every part.</summary>
internal sealed class SettingsCheck : IHostedService
{
    /// <summary>The section that belongs to the product.</summary>
    public const string Root = "Multiplex";

    // Here and not in StartAsync: all hosted services are made before the first one is started, and Orleans makes its silo, with its ports
    // and threads, when it makes its own.
    public SettingsCheck(IEnumerable<ISettingsPart> parts, IServiceProvider services)
    {
        var all = parts.ToList();
        var names = new SettingNames(all.SelectMany(part => part.Names).Concat(KnownSettings.Names));
        List<string> faults =
        [
            .. all.Select(part => part.Configuration).OfType<IConfiguration>().SelectMany(configuration => names.FindUnknown(configuration.GetSection(Root))),
            .. all.SelectMany(part => part.FindFaults(services)),
        ];
        if (faults.Count > 0)
            throw new WrongSettingsException([.. faults.Distinct()]);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
