using System.Diagnostics.CodeAnalysis;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// Looks around as the silo starts: it asks the others what they hold, else it would place by what the first of them happens to tell, up to a heartbeat long; and which models they hold
/// without an activation, which they have told and do not tell again. And from then on it is noticed who comes.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed class FirstLook(ResidencyInquiry inquiry, ClusterResidencyView view, MachineMemory? machine = null, ModelSpread? spread = null) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _asking = Task.CompletedTask;

    public void Participate(ISiloLifecycle observer)
    {
        view.Came += OnCame;
        observer.Subscribe(nameof(FirstLook), ServiceLifecycleStage.Active, LookAsync, StopAsync);
    }

    public void Dispose() => _stop.Dispose();

    // The start does not wait for the second: until it has been told, such models are asked for one by one.
    private Task LookAsync(CancellationToken cancellationToken)
    {
        _asking = inquiry.AskUnattachedAsync(_stop.Token);
        return inquiry.AskAsync(cancellationToken);
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _asking;
    }

    private void OnCame(SiloRow row)
    {
        machine?.Check();
        spread?.OnJoined(row);
    }
}
