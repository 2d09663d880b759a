namespace Orleans.Multiplex;

/// <summary>How a silo does: what it has counted since its start, over all pools, and what it does per second just now.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.SiloFigures")]
public sealed record SiloFigures
{
    /// <summary>The version of Orleans.Multiplex that it runs.</summary>
    [Id(0)]
    public required string Version { get; init; }

    /// <summary>The time since its start.</summary>
    [Id(1)]
    public required TimeSpan Uptime { get; init; }

    /// <summary>Requests answered by a model that was resident when they came.</summary>
    [Id(2)]
    public required long Hits { get; init; }

    /// <summary>Requests answered by a model that was loaded for them, or was being loaded when they came.</summary>
    [Id(3)]
    public required long ColdStarts { get; init; }

    /// <summary>Requests that failed in the model, or ran out of time.</summary>
    [Id(4)]
    public required long Failed { get; init; }

    /// <summary>Requests refused that may be sent again later: too many, no room, no store, not loaded in their time.</summary>
    [Id(5)]
    public required long Refused { get; init; }

    /// <summary>Models loaded.</summary>
    [Id(6)]
    public required long Loaded { get; init; }

    /// <summary>Loads that failed.</summary>
    [Id(7)]
    public required long LoadsFailed { get; init; }

    /// <summary>Models evicted, for whatever reason.</summary>
    [Id(8)]
    public required long Evicted { get; init; }

    /// <summary>Requests answered per second, over the last ten seconds or so, as are the other rates.</summary>
    [Id(9)]
    public required double RequestsPerSecond { get; init; }

    /// <summary>Evictions per second.</summary>
    [Id(10)]
    public required double EvictionsPerSecond { get; init; }

    /// <summary>The time on the silo within which half of the requests of the last minute or so were answered, to a fourth; null where there were none.</summary>
    [Id(11)]
    public TimeSpan? P50 { get; init; }

    /// <summary>The same for 99 of 100 requests.</summary>
    [Id(12)]
    public TimeSpan? P99 { get; init; }

    /// <summary>Models that are being loaded, those that wait for it included.</summary>
    [Id(13)]
    public required int Loading { get; init; }

    /// <summary>Requests that wait for an inference thread.</summary>
    [Id(14)]
    public required int Queued { get; init; }

    /// <summary>The part of the answered requests that found their model resident; null where none was answered.</summary>
    public double? HitRatio => Hits + ColdStarts == 0 ? null : (double)Hits / (Hits + ColdStarts);
}
