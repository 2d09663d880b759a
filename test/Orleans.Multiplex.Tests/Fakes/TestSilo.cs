using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Residency.Pins;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Figures;
using Orleans.Multiplex.Telemetry.Journal;
using Orleans.Multiplex.Tests.Hosting;

namespace Orleans.Multiplex.Tests;

/// <summary>The residency and loading rooms of one silo, put together by hand, with a clock that a test moves.</summary>
internal sealed class TestSilo : IDisposable
{
    public static readonly TimeSpan DrainPatience = TimeSpan.FromMilliseconds(250);

    private readonly TemporaryFolder? _folder;

    public TestSilo(
        int maxModels = ModelPool.Unlimited, long maxBytes = 1L << 40, LoadOptions? load = null, int maxWaiting = 256, IModelStore? store = null, long maxMappedBytes = 1L << 40)
        : this([new ModelPool("A", maxModels)], maxBytes, load, maxWaiting, store, maxMappedBytes)
    {
    }

    public TestSilo(
        IReadOnlyList<ModelPool> pools, long maxBytes = 1L << 40, LoadOptions? load = null, int maxWaiting = 256, IModelStore? store = null, long maxMappedBytes = 1L << 40)
    {
        load ??= new LoadOptions { MaxParallel = 2 };
        Limits = new RoomWaitLimits(maxWaiting, load.RoomTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        Quota = new SiloQuota(pools, new ModelMemory(maxBytes, maxMappedBytes), Limits, "silo-1", Time);
        Clock = new UseClock(Time);
        Ledger = new ResidencyLedger(Clock);
        Claims = new RoomClaims(Quota, Time);
        View = new ClusterResidencyView(Time);
        Journal = new SiloJournal("silo-1", Time);
        Telemetry = CreateTelemetry(Journal, Time, Counters);
        Pins = new PinnedModels([], View);
        Evictions = new EvictionService(
            Quota, Ledger, Claims, new PinnedResidents(Pins, new PinRoom(Pins, View, Footprints, Quota, Local)), new ThrashDetector(Time, Log), Telemetry, new EvictionOptions { DrainPatience = DrainPatience }, Time, Log);
        if (store is not null)
        {
            _folder = new TemporaryFolder();
            CacheFolder = CacheFolder.Open(_folder.Path);
            Cache = new ArtifactCache(store, CacheFolder, maxBytes: 1 << 30, Time, NullLogger.Instance);
        }

        Loader = new ModelLoader(Ledger, Quota, Evictions, new RoomBeside(Quota, Evictions, TimeSpan.FromSeconds(30), Time), Footprints, Cache, load, Telemetry, Time, Log);
    }

    /// <summary>What is told to the rooms of a silo, with nothing but a journal.</summary>
    public static SiloTelemetry CreateTelemetry(SiloJournal journal, TimeProvider? time = null, SiloCounters? counters = null) =>
        new(journal, new RepeatedEvents(journal, time ?? TimeProvider.System), counters ?? new SiloCounters());

    public ArtifactCache? Cache { get; }

    public CacheFolder? CacheFolder { get; }

    public WatchedTime Time { get; } = new();

    public LocalSilo Local { get; } = new(SiloAddress.New(System.Net.IPAddress.Loopback, 1, 1));

    public RecordedLog Log { get; } = new();

    public RoomWaitLimits Limits { get; }

    public UseClock Clock { get; }

    public SiloQuota Quota { get; }

    public ResidencyLedger Ledger { get; }

    public RoomClaims Claims { get; }

    public ClusterResidencyView View { get; }

    public PinnedModels Pins { get; }

    public SiloJournal Journal { get; }

    public SiloCounters Counters { get; } = new();

    public SiloTelemetry Telemetry { get; }

    public EvictionService Evictions { get; }

    public KnownFootprints Footprints { get; } = new();

    public ModelLoader Loader { get; }

    public FakeOpener Opener { get; } = new();

    public ModelPool Pool => Quota.Pools[0];

    public int Charged => Quota.GetChargedModels(Pool);

    /// <summary>A ready model in room that is free, without a load.</summary>
    public Resident Reside(string id, long bytes = 0, ModelPool? pool = null, object? model = null, ModelSettings? settings = null) =>
        Reside(id, Quota.TryReserve(pool ?? Pool, bytes) ?? throw new InvalidOperationException($"No room for '{id}'."), model, settings);

    /// <summary>A ready model in room that was reserved for it.</summary>
    public Resident Reside(string id, Reservation reservation, object? model = null, ModelSettings? settings = null)
    {
        var resident = Ledger.Enter(new ResidentKey(reservation.Pool.Name, id, 0), id, reservation.Pool, out _);
        BeReady(resident, reservation, model, settings);
        resident.Gate.Leave();
        return resident;
    }

    /// <summary>A resident becomes ready as after a load.</summary>
    public void BeReady(Resident resident, Reservation reservation, object? model = null, ModelSettings? settings = null)
    {
        resident.Reservation = reservation;
        resident.Settings = settings ?? ModelSettings.None;
        resident.MoveTo(ResidentState.Checking);
        resident.MoveTo(ResidentState.Reserving);
        resident.MoveTo(ResidentState.Opening);
        resident.CompleteLoad(model ?? new TrackedModel(resident.Key.ModelId, Opener.Events));
        Evictions.Add(resident);
    }

    /// <summary>Uses a ready model until the lease is disposed.</summary>
    public static ModelLease Use(Resident resident)
    {
        if (!resident.Gate.TryEnter())
        {
            throw new InvalidOperationException($"'{resident.Key}' is closed.");
        }

        resident.Touch();
        return new ModelLease(resident, TimeSpan.Zero, isCold: false);
    }

    /// <summary>The resident of a model, entered; its load is started when it was not there.</summary>
    public Resident Enter(string id, ModelPool? pool = null, ModelManifest? manifest = null, Func<Reservation?>? takeClaim = null) =>
        Loader.EnterOrLoad(
            new ResidentKey((pool ?? Pool).Name, id, manifest?.Version ?? 0), pool ?? Pool, manifest, Opener, takeClaim ?? (() => null));

    /// <summary>Loads a model and uses it no longer.</summary>
    public async Task<LoadOutcome> LoadAsync(string id, ModelPool? pool = null, ModelManifest? manifest = null)
    {
        var resident = Enter(id, pool, manifest);
        var outcome = await resident.WhenLoaded.Soon();
        new ModelLease(resident, TimeSpan.Zero, isCold: true).Dispose();
        return outcome;
    }

    /// <summary>Asks for room, as a load does; waits and evicts where none is free.</summary>
    public Task<Reservation> ReserveAsync(string id, ModelMemory memory = default, ModelPool? pool = null, Reservation? claim = null) =>
        Quota.ReserveAsync(pool ?? Pool, id, memory, claim, CancellationToken.None).AsTask();

    /// <summary>Asks for a place, and stops waiting for it when the token says so.</summary>
    public Task<Reservation> ReserveUntilAsync(CancellationToken cancellationToken) =>
        Quota.ReserveAsync(Pool, "cancelled", 0, null, cancellationToken).AsTask();

    public void Dispose()
    {
        Evictions.Dispose();
        Loader.Dispose();
        Cache?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder?.Dispose();
    }
}
