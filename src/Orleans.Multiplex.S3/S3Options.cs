namespace Orleans.Multiplex.S3;

/// <summary>
/// How models in S3 are read; the settings section <c>Multiplex:S3</c>. Credentials are those that Amazon's SDK finds: environment, profile, the
/// role of the machine or container.
/// </summary>
/// <remarks>Faulty settings stop the start with every fault listed.</remarks>
public sealed class S3Options
{
    /// <summary>The settings section which these options are read from: <c>Multiplex:S3</c>.</summary>
    internal const string SectionName = "Multiplex:S3";

    /// <summary>The server, for instance <c>http://127.0.0.1:9000</c>. Default: null, Amazon's in <see cref="Region"/>.</summary>
    public Uri? ServiceUrl { get; set; }

    /// <summary>
    /// Whether the bucket stands in the path of an address rather than in its host name, which most servers other than Amazon's need. Default: null,
    /// which means so where <see cref="ServiceUrl"/> is set.
    /// </summary>
    public bool? ForcePathStyle { get; set; }

    /// <summary>The region, for instance <c>eu-central-1</c>. Default: null, the one that the SDK finds.</summary>
    public string? Region { get; set; }

    /// <summary>
    /// The most that one request fetches: a larger file comes in several parts, side by side. Default: 16 MiB; from 64 KiB to 1 GiB.
    /// </summary>
    public ByteSize PartSize { get; set; } = new(16L << 20);

    /// <summary>How many parts of one file are fetched at once. Default: 4; from 1 to 64.</summary>
    public int MaxParallel { get; set; } = 4;

    /// <summary>
    /// How many parts are fetched at once by the whole silo, each over a connection and with 256 KiB of memory of its own. A request that was given up
    /// counts until the SDK has ended it. Default: 16; from 1 to 1024.
    /// </summary>
    public int MaxConnections { get; set; } = 16;

    /// <summary>
    /// How long nothing may arrive before a request is given up. One that was bringing the bytes of a file goes on where it broke off. Default: 10
    /// s; above zero, at most a day.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
