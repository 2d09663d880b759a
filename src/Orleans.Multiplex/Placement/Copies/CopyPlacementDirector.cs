using Orleans.Multiplex.Calls.Copies;
using Orleans.Runtime.Placement;

namespace Orleans.Multiplex.Placement.Copies;

/// <summary>Places the grain of a copy on the silo that its key names; or, when that has gone, anywhere: it tells its caller there that there is no copy.</summary>
internal sealed class CopyPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var isNamed = CopyAddress.TryParse(target.GrainIdentity.Key.ToString() ?? "", out var address) && silos.Contains(address.Silo);
        return Task.FromResult(isNamed ? address.Silo : silos[0]);
    }
}
