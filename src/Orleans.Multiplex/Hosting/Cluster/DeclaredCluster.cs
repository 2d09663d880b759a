using Microsoft.Extensions.Configuration;

namespace Orleans.Multiplex.Hosting.Cluster;

/// <summary>
/// What Orleans' own configuration says of the cluster, the section <c>Orleans</c>. Orleans acts on it when it makes the silo's builder, whatever package the provider
/// is of; what it says there stays, and the rest comes from <see cref="MultiplexClusterOptions"/>.
/// </summary>
/// <param name="Provider">The clustering provider; null when none is declared.</param>
/// <param name="HasId">Whether it has the cluster's id.</param>
/// <param name="HasServiceId">Whether it has the service's id.</param>
/// <param name="HasEndpoints">Whether it has the silo's address and ports.</param>
/// <param name="HasName">Whether it has the silo's name.</param>
internal sealed record DeclaredCluster(string? Provider, bool HasId, bool HasServiceId, bool HasEndpoints, bool HasName)
{
    public static DeclaredCluster Read(IConfiguration configuration)
    {
        var orleans = configuration.GetSection("Orleans");
        var clustering = orleans.GetSection("Clustering");
        return new(
            clustering.Exists() ? clustering["ProviderType"] ?? "Default" : null,
            orleans["ClusterId"] is { Length: > 0 },
            orleans["ServiceId"] is { Length: > 0 },
            orleans.GetSection("Endpoints").Exists(),
            orleans["Name"] is { Length: > 0 });
    }

    /// <summary>How silos find each other in the end.</summary>
    public string GetProvider(MultiplexClusterOptions options) => Provider ?? options.Provider;
}
