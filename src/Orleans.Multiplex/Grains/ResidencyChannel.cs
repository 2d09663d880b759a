using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Residency;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Services;

namespace Orleans.Multiplex.Grains;

/// <summary>Reaches the <see cref="IResidencyExchange"/> of each active silo.</summary>
internal sealed class ResidencyChannel(
    IServiceProvider services, IClusterMembershipService membership, ILocalSiloDetails local, ClusterResidencyView view)
    : GrainServiceClient<IResidencyExchange>(services), IResidencyChannel
{
    // Orleans builds the address cache late, from services that need this one.
    private readonly Lazy<IGrainDirectoryCache> _addresses = new(services.GetRequiredService<IGrainDirectoryCache>);

    /// <summary>The silos that are active now.</summary>
    public IReadOnlySet<SiloAddress> ActiveSilos => membership.CurrentSnapshot.Members.Values
        .Where(member => member.Status == SiloStatus.Active)
        .Select(member => member.SiloAddress)
        .ToHashSet();

    /// <summary>The exchange of a silo.</summary>
    public IResidencyExchange Of(SiloAddress silo) => GetGrainService(silo);

    public void Publish(SiloRow row)
    {
        var active = ActiveSilos;
        view.Retain(active.Append(local.SiloAddress).ToHashSet());
        view.Update(row);
        Send(active, exchange => exchange.PublishAsync(row));
    }

    public void AnnounceGone(ImmutableArray<GrainAddress> addresses)
    {
        foreach (var address in addresses)
        {
            _addresses.Value.Remove(address);
        }

        Send(ActiveSilos, exchange => exchange.AnnounceGoneAsync(addresses));
    }

    private void Send(IEnumerable<SiloAddress> silos, Func<IResidencyExchange, Task> send)
    {
        foreach (var silo in silos)
        {
            if (!silo.Equals(local.SiloAddress))
            {
                send(Of(silo)).Ignore();
            }
        }
    }
}
