using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;

namespace Orleans.Multiplex.Grains;

/// <summary>
/// What the attachments of this silo's activations share, and their janitor: model grains live until they are told to go, so those
/// that hold no model are let go here, each when its failure need no longer be remembered.
/// </summary>
internal sealed class ModelAttachments : IDisposable
{
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<ModelAttachment, byte> _loose = new();
    private readonly ITimer _sweeper;

    public ModelAttachments(
        ModelLoader loader,
        ResidencyLedger ledger,
        SiloQuota quota,
        ResidencyPublisher publisher,
        RoomClaims claims,
        PassingOn passingOn,
        KnownFootprints footprints,
        TimeProvider time,
        ILogger logger)
    {
        Loader = loader;
        Ledger = ledger;
        Quota = quota;
        Publisher = publisher;
        Claims = claims;
        PassingOn = passingOn;
        Footprints = footprints;
        Time = time;
        Logger = logger;
        _sweeper = time.CreateTimer(static state => ((ModelAttachments)state!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    public ModelLoader Loader { get; }

    public ResidencyLedger Ledger { get; }

    public SiloQuota Quota { get; }

    public ResidencyPublisher Publisher { get; }

    public RoomClaims Claims { get; }

    public PassingOn PassingOn { get; }

    public KnownFootprints Footprints { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>The attachments that hold no model: new ones, failed ones.</summary>
    public IEnumerable<ModelAttachment> Loose => _loose.Keys;

    public void AddLoose(ModelAttachment attachment) => _loose.TryAdd(attachment, 0);

    public void RemoveLoose(ModelAttachment attachment) => _loose.TryRemove(attachment, out _);

    public void Dispose() => _sweeper.Dispose();

    private void Sweep()
    {
        Claims.Sweep();
        foreach (var attachment in _loose.Keys)
        {
            attachment.Sweep();
        }
    }
}
