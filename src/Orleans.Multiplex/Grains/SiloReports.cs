using Orleans.Multiplex.Grains.Control;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry.Journal;

namespace Orleans.Multiplex.Grains;

/// <summary>Makes the reports on this silo. Reads only.</summary>
/// <param name="local">This silo.</param>
/// <param name="view">What it heard of the others.</param>
/// <param name="decisions">What it decided on placement.</param>
/// <param name="held">What it holds; null for a silo that holds no models by its role.</param>
/// <param name="cache">Its disk cache; null where it has no store.</param>
/// <param name="time">The clock.</param>
/// <param name="journal">What happened on it.</param>
/// <param name="drain">How far it is in leaving; null like <paramref name="held"/>.</param>
/// <param name="keeper">What it loads without being asked; null like <paramref name="held"/>.</param>
internal sealed class SiloReports(
    ILocalSiloDetails local, ClusterResidencyView view, PlacementDecisions decisions, ModelAttachments? held, ArtifactCache? cache, TimeProvider time, SiloJournal journal, DrainProgress? drain = null, ModelKeeper? keeper = null)
{
    public async Task<SiloResidency?> ReportAsync()
    {
        if (held is null)
        {
            return null;
        }

        var files = cache is null ? null : await cache.Figures.ReadAsync();
        var residents = held.Ledger.Snapshot().ToLookup(resident => resident.Pool);
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
            Drain = drain?.Report(),
            Preloading = keeper?.Preloading ?? 0,
            Utilisation = held.Publisher.Utilisation,
            Pools =
            [
                .. held.Quota.Pools.Select(pool => new PoolResidency
                {
                    Pool = pool.Name,
                    MaxModels = pool.MaxModels,
                    ChargedModels = held.Quota.GetChargedModels(pool),
                    Models = [.. residents[pool].OrderByDescending(resident => resident.LastUse).Select(resident => resident.Report())],
                }),
            ],
        };
    }

    public ModelReport ReportModel(string model)
    {
        var key = ModelKey.Parse(model);
        return new ModelReport
        {
            Model = model,
            Locations =
            [
                .. (held?.Ledger.Snapshot() ?? [])
                    .Where(resident => resident.Key.IsOf(key))
                    .Select(resident => new ModelLocation(local.Name, resident.Pool.Name, resident.Report())),
            ],
            Placements =
            [
                .. decisions.Find(model).Select(one => new PlacementReport(
                    local.Name,
                    one.Age,
                    view.GetName(one.Decision.Chosen),
                    [.. one.Decision.Verdicts.Select(verdict => new CandidateReport(view.GetName(verdict.Silo), verdict.Reason))])),
            ],
            Events = journal.Find(key.Id),
            Failures =
            [
                .. (held?.Loose ?? [])
                    .Where(attachment => attachment.Model == model)
                    .Select(attachment => attachment.Failures.Last)
                    .OfType<LoadFailure>()
                    .Select(Describe),
            ],
        };

        LoadFailureReport Describe(LoadFailure failure)
        {
            var error = failure.ToException(model, time);
            var next = failure.GetRemaining(time);
            return new LoadFailureReport(
                local.Name, error.GetType().Name, error.Message, failure.Attempts, next > TimeSpan.Zero ? next : TimeSpan.Zero);
        }
    }
}
