using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Multiplex;
using Orleans.Multiplex.Redis;
using Orleans.Multiplex.Settings;

namespace Orleans.Hosting;

/// <summary>Lets silos find each other through Redis.</summary>
public static class RedisSiloBuilderExtensions
{
    /// <summary>
    /// Makes <c>Multiplex:Cluster:Provider = Redis</c> a cluster of all silos, on any machine, that name the same Redis server in
    /// <c>Multiplex:Cluster:ConnectionString</c> and the same <c>Multiplex:Cluster:ClusterId</c>. With another provider it does nothing.
    /// </summary>
    /// <param name="builder">The silo, which has its cluster by <c>UseMultiplexCluster()</c>.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder AddRedisCluster(this ISiloBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSettings<MultiplexClusterOptions, RedisClusterValidator>(builder.Configuration);
        builder.Services.TryAddSingleton<RedisMembership>();
        builder.Services.TryAddKeyedSingleton(
            MultiplexClusterOptions.Redis, static (services, _) => services.GetRequiredService<RedisMembership>().Table);
        return builder;
    }
}
