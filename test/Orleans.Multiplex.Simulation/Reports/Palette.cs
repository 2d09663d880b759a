using Orleans.Multiplex.Simulation.Serving;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What systems are called in plots, and their colours.</summary>
internal static class Palette
{
    public static string GetName(ServingSystem system) => system switch
    {
        ServingSystem.GlobalLru => "one global LRU",
        ServingSystem.Multiplex => "Orleans.Multiplex",
        ServingSystem.RayServe => "Ray Serve's rule",
        _ => "ModelMesh's rule",
    };

    public static string GetColour(int series) => ((string[])["#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"])[series % 5];
}
