using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.Telemetry;

namespace Orleans.Multiplex.Hosting.Cluster.Localhost;

internal static partial class LocalhostLog
{
    [LoggerMessage(LogEvents.HostingIds, LogLevel.Information,
        "Silo '{Silo}' of cluster '{Cluster}' (provider {Provider}): {Address}, silo port {SiloPort}, gateway port {GatewayPort}.")]
    public static partial void TookPorts(ILogger logger, string silo, string cluster, string provider, IPAddress address, int siloPort, int gatewayPort);

    [LoggerMessage(LogEvents.HostingIds + 1, LogLevel.Information,
        "Silo {Silo} of cluster '{Cluster}' is marked dead: its process has ended.")]
    public static partial void MarkedDead(ILogger logger, SiloAddress silo, string cluster);
}
