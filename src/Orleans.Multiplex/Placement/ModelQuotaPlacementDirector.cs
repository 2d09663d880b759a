using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Telemetry;
using Orleans.Multiplex.Telemetry.Traces;
using Orleans.Runtime.Placement;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Asked by Orleans where a model goes that nobody holds. Advises: the chosen silo claims the room or passes the model on. Runs on the
/// silo that the call came through, so several decide at once, each from what it last heard. How many bytes a model takes it knows
/// of models that were loaded here or told of by the silo that loaded them; where it does not, a silo counts as having room while it has a byte left.
/// </summary>
internal sealed class ModelQuotaPlacementDirector(
    PlacementSnapshots snapshots,
    PlacementDecisions decisions,
    KnownFootprints footprints,
    UnattachedResidents unattached,
    IHolderSearch holders,
    ClusterResidencyView view,
    SiloTelemetry telemetry) : IPlacementDirector
{
    public async Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        if (IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) is { } hint)
        {
            return hint;
        }

        var pool = ((ModelQuotaPlacement)strategy).Pool;
        var model = target.GrainIdentity.Key.ToString() ?? "";
        using var span = Spans.Start(SpanNames.Place, model);
        var isValid = ModelKey.TryParse(model, out var key, out _);
        var id = isValid ? key.Id : model;
        var bytes = footprints.Find(pool, id);
        var holder = unattached.Take(pool, id) is { } told && silos.Contains(told) && view.Find(told) is not { Row.IsDraining: true } ? told
            : isValid ? await holders.FindAsync(pool, key, silos) : null;
        var decision = PlacementPolicy.Decide(snapshots.Take(id, pool, bytes, silos).WithHolders(holder is null ? [] : [holder]));
        var chosen = silos.First(silo => silo.ToParsableString() == decision.Chosen);
        if (!chosen.Equals(holder))
        {
            snapshots.CountSent(chosen, pool, bytes);
        }

        span?.SetTag(SpanTags.Silo, view.GetName(decision.Chosen)).SetTag(SpanTags.WhyChosen, decision.WhyChosen).SetTag(SpanTags.Candidates, decision.Candidates);
        if (isValid)
        {
            decisions.Add(model, decision);
            telemetry.Placed(pool, key, view.GetName(decision.Chosen), decision.WhyChosen);
        }

        return chosen;
    }
}
