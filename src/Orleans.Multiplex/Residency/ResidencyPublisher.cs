using System.Collections.Immutable;
using System.Threading.Channels;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Residency.Quarantine;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// Tells the other silos what this one holds: soon after a change (several changes at once are one message) and at a heartbeat, both more seldom where silos are many
/// (<see cref="GossipPace"/>); and which activations have ended, at once. With what it holds goes what its models take.
/// </summary>
internal sealed class ResidencyPublisher : IAsyncDisposable
{
    private static readonly TimeSpan QuarantineInterval = TimeSpan.FromSeconds(10);

    /// <summary>How many footprints a message carries at most; the next one carries the rest.</summary>
    private const int MostFootprints = 256;

    private readonly SiloQuota _quota;
    private readonly EvictionService _evictions;
    private readonly PinnedModels _pins;
    private readonly KnownFootprints _footprints;
    private readonly CachedModelsNews? _cached;
    private readonly QuarantinedModels _quarantine;
    private readonly SiloLoad? _load;
    private readonly IResidencyChannel _channel;
    private readonly ILocalSiloDetails _local;
    private readonly Channel<ModelNews> _news = Channel.CreateUnbounded<ModelNews>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _dueSoon;
    private int _dueAtOnce;
    private long _sequence;
    private long _publishedAt;
    private Task _announcing = Task.CompletedTask;
    private PinTable? _toldPins;
    private long _toldPinsAt;
    private QuarantineTable? _toldQuarantine;
    private long _toldQuarantineAt;

    public ResidencyPublisher(
        SiloQuota quota,
        EvictionService evictions,
        PinnedModels pins,
        KnownFootprints footprints,
        CachedModelsNews? cached,
        IResidencyChannel channel,
        ILocalSiloDetails local,
        TimeProvider time,
        QuarantinedModels? quarantine = null,
        SiloLoad? load = null)
    {
        _quota = quota;
        _evictions = evictions;
        _pins = pins;
        _footprints = footprints;
        _cached = cached;
        _quarantine = quarantine ?? new QuarantinedModels();
        _load = load;
        _channel = channel;
        _local = local;
        _time = time;
        _timer = time.CreateTimer(static state => ((ResidencyPublisher)state!).Publish(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the silo takes no new models any more.</summary>
    public bool IsDraining { get; private set; }

    /// <summary>How busy the silo is, as it tells.</summary>
    public double Utilisation => _load?.Utilisation ?? 0;

    public void Start()
    {
        _quota.Changed += PublishSoon;
        _quarantine.Changed += OnQuarantine;
        _quarantine.Withdrawn += PublishAtOnce;
        _announcing = Task.Run(AnnounceAsync);
        Publish();
    }

    /// <summary>Tells the others, at once, that this silo is about to leave.</summary>
    public void BeginDraining()
    {
        IsDraining = true;
        Publish();
    }

    /// <summary>An activation has ended, and its model is ready on a silo all the same, or on none.</summary>
    public void OnEnded(GrainAddress activation, string pool, string modelId, SiloAddress? readyOn) =>
        Tell(new ModelNews(activation, pool, modelId, readyOn));

    /// <summary>A model is ready here, and has no activation yet.</summary>
    public void OnReady(string pool, string modelId) => Tell(new ModelNews(null, pool, modelId, _local.SiloAddress));

    /// <summary>It is so no longer.</summary>
    public void OnGone(string pool, string modelId) => Tell(new ModelNews(null, pool, modelId, null, _local.SiloAddress));

    /// <summary>This silo's row as it is now.</summary>
    public SiloRow GetRow() => new(
        _local.SiloAddress,
        _local.Name,
        Interlocked.Increment(ref _sequence),
        IsDraining,
        _quota.MaxBytes,
        _quota.DemandedBytes,
        [.. _quota.Pools.Select(pool => new PoolRow(pool.Name, pool.MaxModels, _quota.GetDemandedModels(pool), _evictions.GetVictimAge(pool)))])
    {
        ConfiguredPins = _pins.Configured,
        Pinned = _evictions.GetPinned(),
        Openings = _quarantine.Openings,
        Machine = Environment.MachineName,
        Utilisation = Utilisation,
    };

    public async ValueTask DisposeAsync()
    {
        _quota.Changed -= PublishSoon;
        _quarantine.Changed -= OnQuarantine;
        _quarantine.Withdrawn -= PublishAtOnce;
        if (Volatile.Read(ref _dueSoon) == 1)
        {
            // A last word, for instance that nothing is being opened any more.
            Publish();
        }

        await _timer.DisposeAsync();
        _news.Writer.TryComplete();
        await _announcing;
    }

    private void PublishSoon()
    {
        if (Interlocked.Exchange(ref _dueSoon, 1) == 0)
        {
            _timer.Change(GossipPace.GetDelay(_channel.Silos, _time.GetElapsedTime(Volatile.Read(ref _publishedAt))), Timeout.InfiniteTimeSpan);
        }
    }

    // However many silos there are: what may end a silo is not opened by another in the meantime.
    private void PublishAtOnce()
    {
        if (Interlocked.Exchange(ref _dueAtOnce, 1) == 0 && (Interlocked.Exchange(ref _dueSoon, 1) == 0 || _channel.Silos > GossipPace.ManySilos))
        {
            _timer.Change(GossipPace.Debounce, Timeout.InfiniteTimeSpan);
        }
    }

    private void Publish()
    {
        // In this order: a change from here on either is in the row or sets the timer anew.
        Volatile.Write(ref _publishedAt, _time.GetTimestamp());
        _timer.Change(GossipPace.GetHeartbeat(_channel.Silos), Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _dueAtOnce, 0);
        Volatile.Write(ref _dueSoon, 0);
        _channel.Publish(GetRow() with { Footprints = _footprints.TakeUntold(MostFootprints), Pins = TakePins(), Cached = TakeCached(), Quarantine = TakeQuarantine() });
    }

    // The timer's callbacks may overlap.
    private ModelFilter? TakeCached()
    {
        lock (_timer)
        {
            return _cached?.Take(_channel.Silos);
        }
    }

    // For silos that came since, and for any that missed an operator's word; not with each of the rows that follow each other quickly.
    private PinTable? TakePins()
    {
        var pins = _pins.Table;
        if (pins.Marks.IsEmpty || (ReferenceEquals(pins, _toldPins) && _time.GetElapsedTime(_toldPinsAt) < GossipPace.GetHeartbeat(_channel.Silos)))
        {
            return null;
        }

        (_toldPins, _toldPinsAt) = (pins, _time.GetTimestamp());
        return pins;
    }

    private QuarantineTable? TakeQuarantine()
    {
        var table = _quarantine.Table;
        if (table.Entries.IsEmpty || (ReferenceEquals(table, _toldQuarantine) && _time.GetElapsedTime(_toldQuarantineAt) < QuarantineInterval))
        {
            return null;
        }

        (_toldQuarantine, _toldQuarantineAt) = (table, _time.GetTimestamp());
        return table;
    }

    private void OnQuarantine(QuarantineNews news) => PublishAtOnce();

    // Here it is known at once: a request that waited for an activation is sent on when that has ended.
    private void Tell(ModelNews news)
    {
        _channel.TakeIn(news);
        _news.Writer.TryWrite(news);
    }

    // What has ended while a message was being sent goes out together in the next one.
    private async Task AnnounceAsync()
    {
        var batch = ImmutableArray.CreateBuilder<ModelNews>();
        while (await _news.Reader.WaitToReadAsync(CancellationToken.None))
        {
            batch.Clear();
            while (batch.Count < 1000 && _news.Reader.TryRead(out var ended))
            {
                batch.Add(ended);
            }

            _channel.Announce(batch.ToImmutable());
        }
    }
}
