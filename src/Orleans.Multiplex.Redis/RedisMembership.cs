using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace Orleans.Multiplex.Redis;

/// <summary>
/// Orleans' own table of silos in Redis. Its package only registers it for a silo, for good and before settings are read: so it is registered in services of its
/// own, which are made when the settings ask for it.
/// </summary>
internal sealed class RedisMembership : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public RedisMembership(IOptions<MultiplexClusterOptions> options, IOptions<ClusterOptions> cluster, IConfiguration configuration)
    {
        var own = new Registrations(configuration);
        own.Services.AddSingleton(cluster);
        own.UseRedisClustering(redis =>
        {
            redis.ConfigurationOptions = ConfigurationOptions.Parse(options.Value.ConnectionString!);

            // A silo starts when Redis does, and not only after it.
            redis.ConfigurationOptions.AbortOnConnectFail = false;
        });
        _services = own.Services.BuildServiceProvider();
        Table = _services.GetRequiredService<IMembershipTable>();
    }

    public IMembershipTable Table { get; }

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private sealed class Registrations(IConfiguration configuration) : ISiloBuilder
    {
        public IServiceCollection Services { get; } = new ServiceCollection();

        public IConfiguration Configuration => configuration;
    }
}
