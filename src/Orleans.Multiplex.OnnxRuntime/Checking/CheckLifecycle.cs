using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.Hosting;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Ties the worker to the silo's life: it starts beside the silo, where models may have to be checked, and ends after the last load.</summary>
internal sealed class CheckLifecycle(IServiceProvider services, IOptions<CheckOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) =>
        observer.Subscribe(nameof(CheckLifecycle), ServiceLifecycleStage.RuntimeInitialize, StartAsync, StopAsync);

    private bool IsNeeded => !options.Value.Trusted && services.GetService<SiloParts>() is { HoldsModels: true, HasStore: true };

    private Task StartAsync(CancellationToken cancellationToken)
    {
        if (IsNeeded)
        {
            services.GetRequiredService<ModelCheck>().Start();
        }

        return Task.CompletedTask;
    }

    private Task StopAsync(CancellationToken cancellationToken)
    {
        if (IsNeeded)
        {
            services.GetRequiredService<ModelCheck>().Dispose();
        }

        return Task.CompletedTask;
    }
}
