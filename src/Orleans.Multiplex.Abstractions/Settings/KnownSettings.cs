namespace Orleans.Multiplex.Settings;

/// <summary>
/// The settings of all parts of the product. The processes of a cluster may share their settings, so a name of a part that is not in this
/// process is not a fault here. A test holds the list against the options classes.
/// </summary>
internal static class KnownSettings
{
    public static readonly string[] Names =
    [
        "Multiplex:ApiKeys:*:Burst",
        "Multiplex:ApiKeys:*:Hash",
        "Multiplex:ApiKeys:*:ModelPrefix",
        "Multiplex:ApiKeys:*:Rate",
        "Multiplex:ApiKeys:*:Rights",
        "Multiplex:AttemptTimeout",
        "Multiplex:Cache:MaxBytes",
        "Multiplex:Cache:Path",
        "Multiplex:Cluster:Address",
        "Multiplex:Cluster:ClusterId",
        "Multiplex:Cluster:ConnectionString",
        "Multiplex:Cluster:Directory",
        "Multiplex:Cluster:GatewayPort",
        "Multiplex:Cluster:Provider",
        "Multiplex:Cluster:SiloPort",
        "Multiplex:Cluster:Tls:Authority",
        "Multiplex:Cluster:Tls:Certificate",
        "Multiplex:Cluster:Tls:Key",
        "Multiplex:Execution:MaxBatchSize",
        "Multiplex:Execution:MaxQueueDelay",
        "Multiplex:Execution:MaxQueued",
        "Multiplex:Execution:MaxQueuedPerModel",
        "Multiplex:Execution:Threads",
        "Multiplex:IdleUnload",
        "Multiplex:Load:DrainPatience",
        "Multiplex:Load:MaxBytesInProgress",
        "Multiplex:Load:MaxParallel",
        "Multiplex:Load:MaxWaiting",
        "Multiplex:Load:RoomTimeout",
        "Multiplex:Load:Timeout",
        "Multiplex:MaxBytesInFlight",
        "Multiplex:MaxBytesPerSilo",
        "Multiplex:MaxMappedBytesPerSilo",
        "Multiplex:MaxModelsPerSilo",
        "Multiplex:MaxRequestBytes",
        "Multiplex:MaxRequestTimeout",
        "Multiplex:Models",
        "Multiplex:Models:CheckTimeout",
        "Multiplex:Models:Trusted",
        "Multiplex:Pinned:*",
        "Multiplex:Pools:*:MaxModelsPerSilo",
        "Multiplex:RequestTimeout",
        "Multiplex:S3:ForcePathStyle",
        "Multiplex:S3:IdleTimeout",
        "Multiplex:S3:MaxConnections",
        "Multiplex:S3:MaxParallel",
        "Multiplex:S3:PartSize",
        "Multiplex:S3:Region",
        "Multiplex:S3:ServiceUrl",
        "Multiplex:Versions:RefreshInterval",
        "Multiplex:Versions:SwapTimeout",
        "Multiplex:Versions:WithoutRoom",
    ];
}
