namespace Orleans.Multiplex;

/// <summary>How a silo finds its cluster; the settings section <c>Multiplex:Cluster</c>.</summary>
/// <remarks>Faulty settings stop the start with every fault listed.</remarks>
public sealed class MultiplexClusterOptions
{
    /// <summary>The settings section which these options are read from: <c>Multiplex:Cluster</c>.</summary>
    internal const string SectionName = "Multiplex:Cluster";

    /// <summary>A silo that is a cluster of its own; nothing outside its process joins it.</summary>
    public const string None = nameof(None);

    /// <summary>
    /// All silo processes of one user on one machine with the same <see cref="ClusterId"/>. They are equals: they start and end in any order.
    /// </summary>
    public const string Localhost = nameof(Localhost);

    /// <summary>
    /// All silos, on any machine, with the same Redis server (<see cref="ConnectionString"/>) and the same <see cref="ClusterId"/>; <c>AddRedisCluster()</c> of the
    /// package Orleans.Multiplex.Redis adds it.
    /// </summary>
    public const string Redis = nameof(Redis);

    /// <summary><see cref="None"/> (default), <see cref="Localhost"/> or <see cref="Redis"/>, in any case of letters.</summary>
    public string Provider { get; set; } = None;

    /// <summary>
    /// With <see cref="Redis"/>: where the server is, as StackExchange.Redis writes it, <c>host:6379,password=…,ssl=true</c>. Default: null, which only other providers allow.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// The IP address of this machine at which other silos and Orleans clients reach this silo, and at which alone it listens. Default: null, 127.0.0.1: then all of them
    /// have to be on this machine. Whoever reaches its ports may call its grains: keep them in a private network, or use <see cref="ClusterTlsOptions"/>.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>
    /// The cluster's id, which Orleans clients must use too (as cluster id and as service id). 1 to 64 characters of <c>A-Z a-z 0-9 . _ -</c>, the first
    /// a letter or digit. Default: <c>multiplex</c>.
    /// </summary>
    public string ClusterId { get; set; } = "multiplex";

    /// <summary>
    /// The port on which other silos reach this one. 0 (default): 11111 if it is free, else the next free one. A given port that is taken stops the start.
    /// </summary>
    public int SiloPort { get; set; }

    /// <summary>
    /// The port on which Orleans clients reach this silo. 0 (default): 30000 if it is free, else the next free one. A given port that is taken stops the start.
    /// </summary>
    public int GatewayPort { get; set; }

    /// <summary>
    /// The folder in which the processes of one user on this machine agree on clusters and ports; all of them need the same one. It is created
    /// for its owner alone; one that others own or can write to is refused. Default: <c>orleans-multiplex-{user}</c> in the system's temporary folder.
    /// </summary>
    public string Directory { get; set; } = Path.Combine(Path.GetTempPath(), $"orleans-multiplex-{Environment.UserName}");

    /// <summary>Whether the provider is this one.</summary>
    internal bool Is(string provider) => string.Equals(Provider, provider, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether all silos of such a cluster are on this machine.</summary>
    internal static bool IsOnOneMachine(string provider) =>
        string.Equals(provider, None, StringComparison.OrdinalIgnoreCase) || string.Equals(provider, Localhost, StringComparison.OrdinalIgnoreCase);
}
