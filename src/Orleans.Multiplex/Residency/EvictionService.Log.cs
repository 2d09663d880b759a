using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

internal sealed partial class EvictionService
{
    [LoggerMessage(LogEvents.ResidencyIds + 3, LogLevel.Debug, "Draining model '{Model}': all models are in use and others wait for room; {Users} requests still use it.")]
    private partial void LogDraining(string model, int users);
}
