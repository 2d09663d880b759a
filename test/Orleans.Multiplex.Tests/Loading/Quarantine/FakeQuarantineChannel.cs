using System.Collections.Immutable;
using Orleans.Multiplex.Residency.Quarantine;
using Orleans.Multiplex.Storage.Quarantine;

namespace Orleans.Multiplex.Tests.Loading.Quarantine;

/// <summary>The other silos: what they know, and what they were told.</summary>
internal sealed class FakeQuarantineChannel(QuarantinedModels quarantine) : IQuarantineChannel
{
    public long ClusterVersion { get; set; }

    public int Refreshed { get; private set; }

    public int Asked { get; private set; }

    /// <summary>What this silo had announced when the others were told.</summary>
    public List<ImmutableArray<OpeningMark>> Told { get; } = [];

    public Func<QuarantineTable[]> Answer { get; set; } = static () => [];

    public Func<CancellationToken, Task> Announcing { get; set; } = static _ => Task.CompletedTask;

    public void Refresh() => Refreshed++;

    public Task AnnounceAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Told.Add(quarantine.Openings);
        return Announcing(cancellationToken);
    }

    public Task<QuarantineTable[]> AskAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Asked++;
        return Task.FromResult(Answer());
    }
}
