using Orleans.Multiplex;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Telemetry.Metrics;

namespace Orleans.Configuration;

/// <summary>What a silo serves and how much it may hold: the section <c>Multiplex</c> of the settings.</summary>
public sealed class MultiplexOptions
{
    /// <summary>
    /// The store of models: a folder with <c>{id}/model.onnx</c> or <c>{id}/{version}/model.onnx</c>, or the same in a bucket,
    /// <c>s3://bucket/prefix</c>, which <c>AddS3Models()</c> of the package Orleans.Multiplex.S3 reads. Default: null, no store; then only own
    /// classes that load their models themselves can be served.
    /// </summary>
    public string? Models { get; set; }

    /// <summary>The most models of the store that this silo holds. Default: −1, limited only by <see cref="MaxBytesPerSilo"/>; any other value below 1 is refused.</summary>
    public int MaxModelsPerSilo { get; set; } = -1;

    /// <summary>What holds for one pool, by its name: the name of the grain class, or <see cref="MultiplexedAttribute.Pool"/>.</summary>
    public Dictionary<string, PoolOptions> Pools { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The bytes that all models of this silo may take together, for instance <c>512MiB</c>. Default: 60 % of the memory that the process
    /// may use, its container's limit included; above zero.
    /// </summary>
    public ByteSize? MaxBytesPerSilo { get; set; }

    /// <summary>
    /// The bytes of mapped files that all models of this silo may take together, beside <see cref="MaxBytesPerSilo"/>. A prepared model's weights are
    /// used where they lie in its file; the kernel may take such pages back at any time and read them again, so more of them than fit in memory makes
    /// runs slow, but ends nothing. Default: the memory that the process may use, its container's limit included; above zero.
    /// </summary>
    public ByteSize? MaxMappedBytesPerSilo { get; set; }

    /// <summary>The time allowed to a request that does not bring its own, loading included. Default: 60 s; above zero, at most a day.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// The longest time that a request may bring; one that asks for more is refused. The response timeout of all calls that this silo makes
    /// (<see cref="MessagingOptions.ResponseTimeout"/>) is at least 5 s longer; that a silo has died is noticed apart from it. Default: 10
    /// minutes; at least <see cref="RequestTimeout"/>, at most a day.
    /// </summary>
    public TimeSpan MaxRequestTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The most bytes that the inputs of a request may take, as the gateway and the SDK are set; the silo's messages are made to fit.
    /// Default: 64 MiB; above zero, at most 1 GiB.
    /// </summary>
    public ByteSize MaxRequestBytes { get; set; } = new(64L << 20);

    /// <summary>Unloads a model that nobody used for so long. Default: null, never; above zero.</summary>
    public TimeSpan? IdleUnload { get; set; }

    /// <summary>
    /// Models of the store that the cluster always holds: <c>id</c>, its default version, or <c>id@version</c>. They are loaded without being
    /// asked for and never evicted, as long as a silo with this setting lives. Default: none. Operators pin more while the cluster runs.
    /// </summary>
    public IList<string> Pinned { get; } = [];

    /// <summary>
    /// The most silos that have a model of the store at once, each with a copy of its own. Copies come when a model's requests wait or its silo is busy, and go when it cools.
    /// Default: null, as many as there are silos; 1 makes no copies; at least 1.
    /// </summary>
    public int? MaxCopies { get; set; }

    /// <summary>How many copies single models of the store have, by their ids.</summary>
    public Dictionary<string, CopyOptions> Copies { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the files of the store's models are kept on this machine.</summary>
    public CacheOptions Cache { get; } = new();

    /// <summary>How models are loaded.</summary>
    public LoadOptions Load { get; } = new();

    /// <summary>How the silo leaves its cluster.</summary>
    public DrainOptions Drain { get; } = new();

    /// <summary>How resident models follow the store.</summary>
    public VersionOptions Versions { get; } = new();

    /// <summary>How inference runs.</summary>
    public ExecutionOptions Execution { get; } = new();

    /// <summary>How metrics name models.</summary>
    public MetricsOptions Metrics { get; } = new();
}
