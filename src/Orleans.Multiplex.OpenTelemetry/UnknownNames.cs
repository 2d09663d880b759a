using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Multiplex.OpenTelemetry;

/// <summary>Warns at the start of what standard variables name that is not known here, as the standard has it: it is ignored.</summary>
internal sealed partial class UnknownNames(IConfiguration configuration, ILogger logger) : IHostedService
{
    private readonly ILogger _logger = logger;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        NamingVariable[] variables =
        [
            new ChosenExporters(configuration, ChosenExporters.Metrics).Variable,
            new ChosenExporters(configuration, ChosenExporters.Traces).Variable,
            new ChosenPropagators(configuration).Variable,
        ];
        foreach (var variable in variables)
        {
            foreach (var name in variable.Unknown)
            {
                LogUnknown(variable.Name, name, string.Join(", ", variable.Known));
            }
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(2300, LogLevel.Warning, "{Variable} names '{Name}', which is not known here and is ignored. Known are: {Known}.")]
    private partial void LogUnknown(string variable, string name, string known);
}
