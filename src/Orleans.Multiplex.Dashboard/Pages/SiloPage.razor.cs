using Microsoft.AspNetCore.Components;

namespace Orleans.Multiplex.Dashboard.Pages;

/// <summary>What one silo holds, in the order in which it would go.</summary>
public sealed partial class SiloPage
{
    [Parameter]
    public string Name { get; set; } = "";

    private SiloResidency? Silo => Cluster.IsKnown ? Cluster.Silos.FirstOrDefault(silo => silo.Silo == Name) : null;

    private IReadOnlyList<ResidentModel> Visible(PoolResidency pool) => [.. pool.Models.Where(model => Grant.Covers(model.Model))];
}
