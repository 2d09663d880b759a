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

    /// <summary><see cref="None"/> (default) or <see cref="Localhost"/>, in any case of letters.</summary>
    public string Provider { get; set; } = None;

    /// <summary>
    /// The cluster's id, which Orleans clients must use too (as cluster id and as service id). 1 to 64 characters of <c>A-Z a-z 0-9 . _ -</c>, the first
    /// a letter or digit. Default: <c>multiplex</c>.
    /// </summary>
    public string ClusterId { get; set; } = "multiplex";

    /// <summary>
    /// The loopback port on which other silos reach this one. 0 (default): 11111 if it is free, else the next free one. A given port that is taken stops the start.
    /// </summary>
    public int SiloPort { get; set; }

    /// <summary>
    /// The loopback port on which Orleans clients reach this silo. 0 (default): 30000 if it is free, else the next free one. A given port that is taken stops the start.
    /// </summary>
    public int GatewayPort { get; set; }

    /// <summary>
    /// The folder in which the processes of one user on this machine agree on clusters and ports; all of them need the same one. It is created
    /// for its owner alone; one that others own or can write to is refused. Default: <c>orleans-multiplex-{user}</c> in the system's temporary folder.
    /// </summary>
    public string Directory { get; set; } = Path.Combine(Path.GetTempPath(), $"orleans-multiplex-{Environment.UserName}");
}
