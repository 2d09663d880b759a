using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Calls.Copies;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Simulation.Cluster;

/// <summary>
/// A silo, put together from production's own quota, order of eviction, publisher, view of the cluster, snapshots and rules; simulated are its clock, its
/// network and its loads.
/// </summary>
internal sealed class SimulatedSilo : ILocalSiloDetails, IResidencyChannel, IAsyncDisposable
{
    private readonly SimulatedTime _time;
    private readonly ResidencyPublisher _publisher;
    private readonly PlacementSnapshots _snapshots;
    private readonly PassOnRule _passOn;
    private readonly Action<SimulatedSilo, SiloRow> _told;
    private readonly Func<int> _silos;
    private readonly Dictionary<int, SiloRow> _heard = [];
    private TimeSpan? _knownDeadAt;

    public SimulatedSilo(int number, Scenario scenario, Catalogue catalogue, EventQueue queue, Func<int> silos, Action<SimulatedSilo, SiloRow> told)
    {
        Number = number;
        _told = told;
        _silos = silos;
        SiloAddress = SiloAddress.New(new IPAddress([10, 0, (byte)(number >> 8), (byte)number]), 11111, number + 1);
        Name = number.ToString("'silo-'0", CultureInfo.InvariantCulture);
        Addresses = new AddressCache(number);
        Disk = new DiskModels(catalogue, scenario.ModelsPerSilo);
        _time = new SimulatedTime(queue);
        Clock = new UseClock(_time);
        Pool = new ModelPool(ModelPool.OfStore, ModelPool.Unlimited);
        var limits = new RoomWaitLimits(256, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Quota = new SiloQuota([Pool], scenario.BytesPerSilo, limits, Name, _time);
        View = new ClusterResidencyView(_time);
        var pins = new PinnedModels([], View);
        var journal = new SiloJournal(Name, _time, capacity: 16);
        Evictions = new EvictionService(
            Quota,
            new ResidencyLedger(Clock),
            new RoomClaims(Quota, _time),
            new PinnedResidents(pins, new PinRoom(pins, View, Footprints, Quota, this)),
            new ThrashDetector(_time, NullLogger.Instance),
            new SiloTelemetry(journal, new RepeatedEvents(journal, _time), new SiloCounters()),
            new EvictionOptions { DrainPatience = TimeSpan.FromMilliseconds(250) },
            _time,
            NullLogger.Instance);
        var load = new SiloLoad();
        _publisher = new ResidencyPublisher(Quota, Evictions, pins, Footprints, new CachedModelsNews(Disk.Read, _time), this, this, _time, load: load);
        _snapshots = new PlacementSnapshots(View, _publisher, this);
        _passOn = new PassOnRule(_snapshots, new PassOnLimiter(_time));
        Tables = new CopyTables(new Random(number), SiloAddress, _time);
        Threads = scenario.Heat is { } heat ? new InferenceThreads(heat.Threads, heat.Service, queue, _time) : null;
        Meter = Threads is { } threads ? new SimulatedMeter(threads, load, _time) : null;
    }

    public int Number { get; }

    public string Name { get; }

    public string ClusterId => "simulation";

    public string DnsHostName => Name;

    public SiloAddress SiloAddress { get; }

    public int Silos => _silos();

    public SiloAddress GatewayAddress => SiloAddress;

    public UseClock Clock { get; }

    public ModelPool Pool { get; }

    public SiloQuota Quota { get; }

    public EvictionService Evictions { get; }

    public ClusterResidencyView View { get; }

    public KnownFootprints Footprints { get; } = new();

    public AddressCache Addresses { get; }

    public DiskModels Disk { get; }

    public ToldRows Told { get; } = new();

    /// <summary>What callers on this silo have heard of copies.</summary>
    public CopyTables Tables { get; }

    /// <summary>Its inference threads; null where it does not matter what inference takes.</summary>
    public InferenceThreads? Threads { get; }

    /// <summary>How busy those are; null with them.</summary>
    public SimulatedMeter? Meter { get; }

    /// <summary>The age of what it would evict next, as production's reception of models reckons it.</summary>
    public TimeSpan? NextVictimAge => _snapshots.TakeOwn(ModelPool.OfStore).NextVictimAge;

    public bool IsDead => _time.IsStopped;

    public bool IsKnownDead(TimeSpan now) => now >= _knownDeadAt;

    public void Start() => _publisher.Start();

    public void Die(TimeSpan now)
    {
        _time.IsStopped = true;
        _knownDeadAt = now + Pace.Detection;
    }

    /// <summary>What it says of itself when it is asked.</summary>
    public SiloRow GetRow() => _publisher.GetRow();

    /// <summary>Delivers what has come from another silo since the last time; what came before the newest row would be overwritten by it.</summary>
    public void Hear(SimulatedSilo other, TimeSpan now)
    {
        if (other.Number != Number
            && other.Told.FindNewest(now, Pace.GetDelay(other.Number, Number)) is { } told
            && !ReferenceEquals(_heard.GetValueOrDefault(other.Number), told.Row))
        {
            _heard[other.Number] = told.Row;
            _time.Arrival = told.At;
            View.Update(told.Row);
            _time.Arrival = null;
        }
    }

    /// <summary>Where its director sends a model.</summary>
    public string Decide(string modelId, long bytes, IEnumerable<SiloAddress> members) =>
        PlacementPolicy.Decide(_snapshots.Take(modelId, ModelPool.OfStore, bytes, members)).Chosen;

    /// <summary>The silos to which it would offer a model, the best one first.</summary>
    public IEnumerable<string> Rank(string modelId, long bytes, IEnumerable<SiloAddress> others) =>
        PlacementPolicy.Decide(_snapshots.Take(modelId, ModelPool.OfStore, bytes, others)).Verdicts
            .Where(static one => one.Class is CandidateClass.HoldsModel or CandidateClass.HasRoom or CandidateClass.Full)
            .Select(static one => one.Silo);

    /// <summary>Counts a model as sent, as the director does.</summary>
    public void CountSent(SimulatedSilo chosen, long bytes) => _snapshots.CountSent(chosen.SiloAddress, ModelPool.OfStore, bytes);

    /// <summary>Whether a model that finds no room here is passed on.</summary>
    /// <param name="modelId">The model.</param>
    /// <param name="bytes">What it takes.</param>
    /// <param name="answers">What the others say of themselves now.</param>
    public bool IsBetterElsewhere(string modelId, long bytes, IReadOnlyList<SiloRow> answers)
    {
        foreach (var row in answers)
        {
            View.Update(row);
        }

        return _passOn.IsBetter(ModelPool.OfStore, modelId, bytes, answers);
    }

    public void Publish(SiloRow row)
    {
        View.Update(row);
        _told(this, row);
    }

    public void TakeIn(ModelNews news)
    {
    }

    public void Announce(ImmutableArray<ModelNews> news)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        Evictions.Dispose();
    }
}
