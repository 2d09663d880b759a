namespace Orleans.Multiplex.Gateway;

/// <summary>What this gateway is: on its own it holds the models itself; in a cluster it sends requests to the silos that do.</summary>
internal static class GatewayRole
{
    /// <summary>The sample models, which are served when no other folder is set.</summary>
    public static string SampleModels => Path.Combine(AppContext.BaseDirectory, "models");

    public static bool HoldsModels(IConfiguration configuration) =>
        !configuration.GetSection("Orleans:Clustering").Exists()
        && (configuration["Multiplex:Cluster:Provider"] is null or "" || string.Equals(
            configuration["Multiplex:Cluster:Provider"], MultiplexClusterOptions.None, StringComparison.OrdinalIgnoreCase));
}
