using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Grains.Copies;
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
    private readonly ConcurrentDictionary<(ModelPool Pool, string Model), ModelAttachment> _byModel = new();
    private readonly ITimer _sweeper;
    private int _isToSweep;

    public ModelAttachments(
        ModelLoader loader,
        ResidencyLedger ledger,
        SiloQuota quota,
        ResidencyPublisher publisher,
        RoomClaims claims,
        PassingOn passingOn,
        KnownFootprints footprints,
        ModelCopies copies,
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
        Copies = copies;
        Time = time;
        Logger = logger;
        _sweeper = time.CreateTimer(static state => ((ModelAttachments)state!).Sweep(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ModelLoader Loader { get; }

    public ResidencyLedger Ledger { get; }

    public SiloQuota Quota { get; }

    public ResidencyPublisher Publisher { get; }

    public RoomClaims Claims { get; }

    public PassingOn PassingOn { get; }

    public KnownFootprints Footprints { get; }

    public ModelCopies Copies { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>The attachments that hold no model: new ones, failed ones.</summary>
    public IEnumerable<ModelAttachment> Loose => _loose.Keys;

    /// <summary>An activation has come, and holds no model yet.</summary>
    public void Add(ModelPool pool, ModelAttachment attachment)
    {
        _byModel[(pool, attachment.Model)] = attachment;
        AddLoose(attachment);
    }

    /// <summary>An activation has gone; it may have a successor already. One that never came this far has no pool.</summary>
    public void Remove(ModelPool? pool, ModelAttachment attachment)
    {
        RemoveLoose(attachment);
        if (pool is not null)
        {
            _byModel.TryRemove(new((pool, attachment.Model), attachment));
        }
    }

    /// <summary>The attachment of the activation that a model has here; null when it has none.</summary>
    /// <param name="pool">The pool of the grain's class.</param>
    /// <param name="model">The model as callers name it.</param>
    public ModelAttachment? Find(ModelPool pool, string model) => _byModel.GetValueOrDefault((pool, model));

    public void AddLoose(ModelAttachment attachment)
    {
        _loose.TryAdd(attachment, 0);
        SweepSoon();
    }

    public void RemoveLoose(ModelAttachment attachment) => _loose.TryRemove(attachment, out _);

    public void Dispose() => _sweeper.Dispose();

    // Not while there is nothing to do: a silo that is asked nothing has its processor asleep.
    private void SweepSoon()
    {
        if (Interlocked.Exchange(ref _isToSweep, 1) == 0)
        {
            _sweeper.Change(SweepPeriod, Timeout.InfiniteTimeSpan);
        }
    }

    private void Sweep()
    {
        // In this order: who comes from here on sets the timer anew.
        Interlocked.Exchange(ref _isToSweep, 0);
        Claims.Sweep();
        foreach (var attachment in _loose.Keys)
        {
            attachment.Sweep();
        }

        if (!_loose.IsEmpty || Claims.Any)
        {
            SweepSoon();
        }
    }
}
