using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Multiplex;
using Orleans.Multiplex.Hosting;
using Orleans.Multiplex.Hosting.Localhost;
using Orleans.Multiplex.Settings;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Hosting;

/// <summary>Gives a silo its cluster.</summary>
public static class MultiplexClusterExtensions
{
    /// <summary>
    /// Gives the silo its cluster, its ports and its name, as the settings section <c>Multiplex:Cluster</c> says
    /// (see <see cref="MultiplexClusterOptions"/>). Without settings it is a cluster of its own. All its ports are on loopback.
    /// </summary>
    /// <remarks>
    /// Do not combine it with another clustering provider. Silos which end are noticed within seconds; the <see cref="ClusterMembershipOptions"/> that
    /// bring this about can be overridden after this call.
    /// </remarks>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Changes what the settings say; null changes nothing.</param>
    /// <returns>The same silo.</returns>
    public static ISiloBuilder UseMultiplexCluster(this ISiloBuilder builder, Action<MultiplexClusterOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSettings<MultiplexClusterOptions, MultiplexClusterOptionsValidator>(builder.Configuration).Configure(configure ?? (_ => { }));

        services.AddSingleton(TakePorts);
        services.AddSingleton(CreateTable);
        services.AddOptions<ClusterOptions>().Configure<IOptions<MultiplexClusterOptions>>(Identify);
        services.AddOptions<SiloOptions>().Configure<LoopbackPorts>((silo, ports) => silo.SiloName = ports.SiloName);
        services.AddOptions<EndpointOptions>().Configure<LoopbackPorts>(Listen);
        services.AddOptions<ClusterMembershipOptions>().Configure<IOptions<MultiplexClusterOptions>>(DetectQuickly);
        return builder;
    }

    private static LoopbackPorts TakePorts(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MultiplexClusterOptions>>().Value;
        var ports = LoopbackPorts.Take(options, services.GetRequiredService<TimeProvider>());
        LocalhostLog.TookPorts(Logger(services), ports.SiloName, options.ClusterId, options.Provider, ports.Silo, ports.Gateway);
        return ports;
    }

    private static IMembershipTable CreateTable(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MultiplexClusterOptions>>().Value;
        if (IsAlone(options))
            return new InMemoryMembershipTable(options.ClusterId);

        var local = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
        var ports = services.GetRequiredService<LoopbackPorts>();
        return new FileMembershipTable(
            ports.Directory, options.ClusterId, silo => ports.HasEnded(silo, local), services.GetRequiredService<TimeProvider>(), Logger(services));
    }

    private static bool IsAlone(MultiplexClusterOptions options) =>
        string.Equals(options.Provider, MultiplexClusterOptions.None, StringComparison.OrdinalIgnoreCase);

    private static void Identify(ClusterOptions cluster, IOptions<MultiplexClusterOptions> options)
    {
        cluster.ClusterId = options.Value.ClusterId;
        cluster.ServiceId = options.Value.ClusterId;
    }

    private static void Listen(EndpointOptions endpoints, LoopbackPorts ports)
    {
        endpoints.AdvertisedIPAddress = IPAddress.Loopback;
        endpoints.SiloPort = ports.Silo;
        endpoints.GatewayPort = ports.Gateway;
    }

    // A silo whose process has ended is seen at the next look at the table; probes are for one that hangs. The upper bound keeps a silo whose
    // machine is busy alive. A silo that is a cluster of its own has nobody to look after, and would wake its processor for that.
    private static void DetectQuickly(ClusterMembershipOptions membership, IOptions<MultiplexClusterOptions> options)
    {
        if (IsAlone(options.Value))
        {
            return;
        }

        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(4);
        membership.NumMissedProbesLimit = 3;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(1);
    }

    private static ILogger Logger(IServiceProvider services) => services.GetRequiredService<ILoggerFactory>().CreateLogger(LogEvents.Hosting);
}
