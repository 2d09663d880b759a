using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex.Hosting;

namespace Orleans.Multiplex.OnnxRuntime.Checking;

/// <summary>Ties the worker to the silo's life: it starts beside the silo, where models may have to be checked, and ends after the last load.</summary>
internal sealed class CheckLifecycle(IServiceProvider services, IOptions<CheckOptions> options) : ILifecycleParticipant<ISiloLifecycle>
{
    // A digest may still be computed, and be of no use any more.
    private static readonly TimeSpan KeepPatience = TimeSpan.FromSeconds(1);

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

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (IsNeeded)
        {
            var check = services.GetRequiredService<ModelCheck>();
            check.Dispose();
            await check.WhenKept.WaitAsync(KeepPatience, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
