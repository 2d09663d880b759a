using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Looks around as the silo starts: it asks the others what they hold, else it would place by what the first of them happens to tell, up to a heartbeat long. And from then on it is noticed who comes.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class FirstLook(ResidencyInquiry inquiry, ClusterResidencyView view, SiloLosses losses, MachineMemory? machine = null, ModelSpread? spread = null) : ILifecycleParticipant<ISiloLifecycle>
{
    public void Participate(ISiloLifecycle observer)
    {
        view.Came += OnCame;
        observer.Subscribe(nameof(FirstLook), ServiceLifecycleStage.Active, LookAsync, _ => Task.CompletedTask);
    }

    private Task LookAsync(CancellationToken cancellationToken)
    {
        losses.AreRecent();
        return inquiry.AskAsync(cancellationToken);
    }

    private void OnCame(SiloRow row)
    {
        machine?.Check();
        spread?.OnJoined(row);
    }
}
