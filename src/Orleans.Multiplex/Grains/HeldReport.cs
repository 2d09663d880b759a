using System.Collections.Immutable;
using System.Reflection;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Execution.Scheduling;
using Orleans.Multiplex.Grains.Control;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry.Figures;

namespace Orleans.Multiplex.Grains;

/// <summary>Makes the report on what a silo holds, and how it does. Reads only.</summary>
/// <param name="local">This silo.</param>
/// <param name="held">What it holds.</param>
/// <param name="evictions">Who goes next.</param>
/// <param name="scheduler">What waits for its inference threads.</param>
/// <param name="statistics">What it has counted of models.</param>
/// <param name="history">What it has counted of all.</param>
/// <param name="drain">How far it is in leaving.</param>
/// <param name="keeper">What it loads without being asked.</param>
/// <param name="cache">Its disk cache; null where it has no store.</param>
internal sealed class HeldReport(
    ILocalSiloDetails local,
    ModelAttachments held,
    EvictionService evictions,
    InferenceScheduler scheduler,
    InferenceStatistics statistics,
    FigureHistory history,
    DrainProgress drain,
    ModelKeeper keeper,
    ArtifactCache? cache)
{
    private static readonly string Version =
        typeof(HeldReport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";

    public async Task<SiloResidency> ReportAsync()
    {
        var files = cache is null ? null : await cache.Figures.ReadAsync();
        var residents = held.Ledger.Snapshot();
        var byPool = residents.ToLookup(resident => resident.Pool);
        return new SiloResidency
        {
            Silo = local.Name,
            Address = local.SiloAddress.ToParsableString(),
            MaxBytes = held.Quota.MaxBytes,
            ChargedBytes = held.Quota.ChargedBytes,
            MaxMappedBytes = held.Quota.Most.MappedBytes,
            ChargedMappedBytes = held.Quota.ChargedMappedBytes,
            IsDraining = held.Publisher.IsDraining,
            Cache = files,
            Drain = drain.Report(),
            Preloading = keeper.Preloading,
            Utilisation = held.Publisher.Utilisation,
            Figures = ReportFigures(residents),
            Pools =
            [
                .. held.Quota.Pools.Select(pool => new PoolResidency
                {
                    Pool = pool.Name,
                    MaxModels = pool.MaxModels,
                    ChargedModels = held.Quota.GetChargedModels(pool),
                    Models = ReportModels(pool, byPool[pool]),
                }),
            ],
        };
    }

    /// <summary>Where the model is here, or is being loaded.</summary>
    public IEnumerable<ModelLocation> Locate(ModelKey key) => held.Ledger.Snapshot()
        .Where(resident => resident.Key.IsOf(key))
        .Select(resident => new ModelLocation(local.Name, resident.Pool.Name, Report(resident, evictions.FindNextVictim(resident.Pool))));

    /// <summary>Where the time of the last requests to a model went.</summary>
    public IEnumerable<ModelLatency> ReportLatencies(ModelKey key) => statistics.ReadLatencies(key, local.Name);

    /// <summary>What was counted of late.</summary>
    public SiloHistory ReportHistory(int slots) => new(local.Name, history.Read(slots));

    private ImmutableArray<ResidentModel> ReportModels(ModelPool pool, IEnumerable<Resident> residents)
    {
        var next = evictions.FindNextVictim(pool);
        return [.. residents.OrderByDescending(static resident => resident.LastUse).Select(resident => Report(resident, next))];
    }

    private ResidentModel Report(Resident resident, Resident? next) => resident.Report() with
    {
        IsNextVictim = ReferenceEquals(resident, next),
        Queued = scheduler.CountWaiting(resident),
        BatchSize = statistics.ReadBatchSize(resident.Key.ModelId, resident.Key.Version),
    };

    private SiloFigures ReportFigures(IReadOnlyList<Resident> residents)
    {
        var (p50, p99) = history.GetTimes();
        var counters = history.Counters;
        return new SiloFigures
        {
            Version = Version,
            Uptime = history.Uptime,
            Hits = counters[Counted.Hit],
            ColdStarts = counters[Counted.Cold],
            Failed = counters[Counted.Failed],
            Refused = counters[Counted.Refused],
            Loaded = counters[Counted.Loaded],
            LoadsFailed = counters[Counted.LoadFailed],
            Evicted = counters[Counted.Evicted],
            RequestsPerSecond = history.GetRate(static slot => slot.Hits + slot.ColdStarts),
            EvictionsPerSecond = history.GetRate(static slot => slot.Evicted),
            P50 = p50,
            P99 = p99,
            Loading = residents.Count(static resident => resident.State.IsLoading()),
            Queued = scheduler.Waiting,
        };
    }
}
