using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Residency;

internal sealed partial class EvictionService
{
    [LoggerMessage(LogEvents.ResidencyIds + 0, LogLevel.Information, "Unloading model '{Model}'. Reason: {Reason}.")]
    private partial void LogUnloading(string model, EvictionReason reason);

    [LoggerMessage(LogEvents.ResidencyIds + 1, LogLevel.Information, "Successfully unloaded model '{Model}' in {Milliseconds:0.0}ms.")]
    private partial void LogUnloaded(string model, double milliseconds);

    [LoggerMessage(LogEvents.ResidencyIds + 2, LogLevel.Error, "Model '{Model}' failed while it was being disposed; its room is free again.")]
    private partial void LogUnloadFailed(string model, Exception error);

    [LoggerMessage(LogEvents.ResidencyIds + 3, LogLevel.Debug, "Draining model '{Model}': all models are in use and others wait for room; {Users} requests still use it.")]
    private partial void LogDraining(string model, int users);
}
