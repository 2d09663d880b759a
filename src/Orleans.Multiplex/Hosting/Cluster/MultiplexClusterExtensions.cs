using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex;
using Orleans.Multiplex.Hosting.Cluster;
using Orleans.Multiplex.Hosting.Cluster.Localhost;
using Orleans.Multiplex.Hosting.Cluster.Tls;
using Orleans.Multiplex.Settings;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Hosting;

/// <summary>Gives a silo its cluster.</summary>
public static class MultiplexClusterExtensions
{
    /// <summary>
    /// Gives the silo its cluster, its address, its ports and its name, as the settings section <c>Multiplex:Cluster</c> says
    /// (see <see cref="MultiplexClusterOptions"/>). Without settings it is a cluster of its own, with its ports on loopback.
    /// </summary>
    /// <remarks>
    /// A cluster that Orleans' own configuration declares (<c>Orleans:Clustering:ProviderType</c>, with the provider's package in the application) is left as it is, and so are
    /// <c>Orleans:ClusterId</c>, <c>Orleans:Endpoints</c> and <c>Orleans:Name</c>. Do not combine it with a clustering provider that code adds. Silos that end are noticed
    /// within seconds; the <see cref="ClusterMembershipOptions"/> that bring this about can be overridden after this call.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say; null changes nothing.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder UseMultiplexCluster(this ISiloBuilder builder, Action<MultiplexClusterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var services = builder.Services;
        var declared = DeclaredCluster.Read(builder.Configuration);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(declared);
        services.AddSettings<MultiplexClusterOptions, MultiplexClusterOptionsValidator>(builder.Configuration).Configure(configure ?? (_ => { }));

        services.AddSingleton<IFatalErrorHandler, EvictedSilo>();
        services.AddSettings<ClusterTlsOptions, ClusterTlsOptionsValidator>(builder.Configuration);
        services.AddSingleton<IConfigureOptions<SiloConnectionOptions>, ClusterTls>();

        if (declared.Provider is null)
        {
            services.AddSingleton(CreateTable);
        }

        services.AddOptions<ClusterOptions>().Configure<IOptions<MultiplexClusterOptions>>((cluster, options) => Identify(cluster, options.Value, declared));

        if (!declared.HasEndpoints)
        {
            services.AddSingleton(TakePorts);
            services.AddOptions<EndpointOptions>().Configure<SiloPorts>(Listen);
            if (!declared.HasName)
            {
                services.AddOptions<SiloOptions>().Configure<SiloPorts, IOptions<MultiplexClusterOptions>>(
                    (silo, ports, options) => silo.SiloName = GetName(declared.GetProvider(options.Value), ports));
            }
        }

        services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<MultiplexClusterOptions>>(
            (membership, options) => DetectionTimes.Set(membership, declared.GetProvider(options.Value)));
        return builder;
    }

    private static SiloPorts TakePorts(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MultiplexClusterOptions>>().Value;
        var ports = SiloPorts.Take(options, services.GetRequiredService<TimeProvider>());
        var provider = services.GetRequiredService<DeclaredCluster>().GetProvider(options);
        LocalhostLog.TookPorts(Logger(services), GetName(provider, ports), options.ClusterId, provider, ports.Address, ports.Silo, ports.Gateway);
        return ports;
    }

    private static IMembershipTable CreateTable(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MultiplexClusterOptions>>().Value;
        if (options.Is(MultiplexClusterOptions.None))
            return new InMemoryMembershipTable(options.ClusterId);

        if (options.Is(MultiplexClusterOptions.Redis))
            return services.GetRequiredKeyedService<IMembershipTable>(MultiplexClusterOptions.Redis);

        var local = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var ports = services.GetRequiredService<SiloPorts>();
        return new FileMembershipTable(
            ports.Directory, options.ClusterId, silo => ports.HasEnded(silo, local), services.GetRequiredService<TimeProvider>(), Logger(services));
    }

    // Where silos are on several machines, a port alone does not tell them apart.
    private static string GetName(string provider, SiloPorts ports) =>
        MultiplexClusterOptions.IsOnOneMachine(provider) ? $"silo-{ports.Silo}" : $"{Environment.MachineName}-{ports.Silo}";

    private static void Identify(ClusterOptions cluster, MultiplexClusterOptions options, DeclaredCluster declared)
    {
        cluster.ClusterId = declared.HasId ? cluster.ClusterId : options.ClusterId;
        cluster.ServiceId = declared.HasServiceId ? cluster.ServiceId : options.ClusterId;
    }

    // It listens on its address alone, and not on all of the machine's.
    private static void Listen(EndpointOptions endpoints, SiloPorts ports)
    {
        endpoints.AdvertisedIPAddress = ports.Address;
        endpoints.SiloPort = ports.Silo;
        endpoints.GatewayPort = ports.Gateway;
        endpoints.SiloListeningEndpoint = new(ports.Address, ports.Silo);
        endpoints.GatewayListeningEndpoint = new(ports.Address, ports.Gateway);
    }

    private static ILogger Logger(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Hosting);
}
