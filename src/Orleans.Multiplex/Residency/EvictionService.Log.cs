using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

internal sealed partial class EvictionService
{
    [LoggerMessage(LogEvents.ResidencyIds + 3, LogLevel.Debug, "Draining model '{Model}': all models are in use and others wait for room; {Users} requests still use it.")]
    private partial void LogDraining(string model, int users);

    [LoggerMessage(LogEvents.ResidencyIds + 11, LogLevel.Warning, "Model '{Model}' is loaded without the pin that its model.json asks for: beside the pinned models there is no room for one more. Unpin some, raise the quota, or add a silo.")]
    private partial void LogNotPinned(string model);
}
