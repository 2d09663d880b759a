using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.OnnxRuntime.Worker;
using Orleans.Multiplex.Settings;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Checks how models are checked, and that they can be: where no worker can be started, only trusted models are served.</summary>
internal sealed class CheckOptionsValidator(IServiceProvider services) : ISettingsValidator<CheckOptions>
{
    public static string Section => "Multiplex:Models";

    public IEnumerable<string> FindFaults(CheckOptions options) =>
    [
        .. Rules.RequireTime($"{Section}:{nameof(options.CheckTimeout)}", options.CheckTimeout),
        .. options.Trusted || services.GetService<SiloParts>() is not { HoldsModels: true, HasStore: true } || FindFault() is not { } fault
            ? (string[])[]
            : [$"{Section}:{nameof(options.Trusted)} is false; it must be true, since models cannot be checked here: {fault}."],
    ];

    private string? FindFault()
    {
        services.GetRequiredService<FindWorker>()(out var fault);
        return fault;
    }
}
