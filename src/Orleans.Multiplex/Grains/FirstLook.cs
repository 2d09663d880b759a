using System.Diagnostics.CodeAnalysis;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Asks the silos of the cluster what they hold before this one takes its first request: else it would place by what the first of them happens to tell, up to a heartbeat long.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class FirstLook(ResidencyInquiry inquiry) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer) => observer.Subscribe(nameof(FirstLook), ServiceLifecycleStage.Active, inquiry.AskAsync, _ => Task.CompletedTask);
}
