using System.Collections.Immutable;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage.Quarantine;
using Orleans.Runtime.GrainDirectory;
using Orleans.Runtime.Services;

namespace Orleans.Multiplex.Grains;

/// <summary>Reaches the <see cref="IResidencyExchange"/> of each active silo.</summary>
internal sealed class ResidencyChannel(
    IServiceProvider services,
    IClusterMembershipService membership,
    ILocalSiloDetails local,
    ClusterResidencyView view,
    PinnedModels pins,
    QuarantinedModels quarantine,
    UnattachedResidents unattached,
    IGrainDirectoryCache addresses,
    TimeProvider time)
    : GrainServiceClient<IResidencyExchange>(services), IResidencyChannel
{
    /// <summary>The silos that are active now.</summary>
    public IReadOnlySet<SiloAddress> ActiveSilos => ActiveMembers.Select(static member => member.SiloAddress).ToHashSet();

    /// <summary>The silos that have gone, as far as the cluster still lists them.</summary>
    public IEnumerable<SiloAddress> DeadSilos =>
        membership.CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Dead).Select(static member => member.SiloAddress);

    /// <inheritdoc/>
    public int Silos => membership.CurrentSnapshot.Members.Values.Count(static member => member.Status == SiloStatus.Active);

    /// <summary>The same with their names.</summary>
    public IReadOnlyList<ClusterMember> ActiveMembers => [.. membership.CurrentSnapshot.Members.Values.Where(static member => member.Status == SiloStatus.Active)];

    /// <summary>The exchange of a silo.</summary>
    public IResidencyExchange Of(SiloAddress silo) => GetGrainService(silo);

    /// <summary>Forgets what was heard of silos that have gone.</summary>
    public void Refresh()
    {
        Retain(local.SiloAddress);
        pins.Refresh();
    }

    /// <summary>Forgets the silos that have gone. What one of them was opening when it died is quarantined; who leaves in good order has taken it back.</summary>
    /// <param name="alive">One that lives, whatever is known of it.</param>
    public void Retain(SiloAddress alive)
    {
        var members = membership.CurrentSnapshot.Members;
        foreach (var row in view.Rows.Where(static row => !row.Openings.IsEmpty))
        {
            if (members.TryGetValue(row.Silo, out var member) && member.Status == SiloStatus.Dead)
            {
                quarantine.Add(QuarantineEntry.Of(row.Openings));
            }
        }

        view.Retain(ActiveSilos.Append(local.SiloAddress).Append(alive).ToHashSet());
    }

    /// <summary>Asks every active silo; those that do not answer in time are left out.</summary>
    /// <param name="ask">The question.</param>
    /// <param name="patience">The longest to wait for one silo; null to wait for as long as a call may take.</param>
    /// <param name="cancellationToken">Ends the waits.</param>
    public Task<T[]> AskAllAsync<T>(Func<IResidencyExchange, Task<T>> ask, TimeSpan? patience, CancellationToken cancellationToken) =>
        AskAllAsync((_, exchange) => ask(exchange), patience, cancellationToken);

    /// <summary>The same, where the question depends on the silo.</summary>
    public async Task<T[]> AskAllAsync<T>(Func<SiloAddress, IResidencyExchange, Task<T>> ask, TimeSpan? patience, CancellationToken cancellationToken)
    {
        var answers = await Task.WhenAll(ActiveSilos.Select(AskAsync));
        return [.. answers.Where(answer => answer.Answered).Select(answer => answer.Value!)];

        async Task<(bool Answered, T? Value)> AskAsync(SiloAddress silo)
        {
            try
            {
                return (true, await ask(silo, Of(silo)).WaitAsync(patience ?? Timeout.InfiniteTimeSpan, time, cancellationToken));
            }
            catch (Exception error) when (error is TimeoutException or OrleansException)
            {
                return (false, default);
            }
        }
    }

    public void Publish(SiloRow row)
    {
        Retain(local.SiloAddress);
        view.Update(row);
        pins.Refresh();
        Send(ActiveSilos, exchange => exchange.PublishAsync(row));
    }

    public void Announce(ImmutableArray<ModelNews> news) => Send(ActiveSilos, exchange => exchange.AnnounceAsync(news));

    public void TakeIn(ModelNews news)
    {
        if (news.Ended is { } address)
        {
            addresses.Remove(address);
        }

        unattached.Note(news);
    }

    /// <summary>Takes in what other silos tell.</summary>
    public void TakeIn(ImmutableArray<ModelNews> news)
    {
        foreach (var one in news)
        {
            TakeIn(one);
        }
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
