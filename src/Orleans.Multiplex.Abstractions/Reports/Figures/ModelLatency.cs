namespace Orleans.Multiplex;

/// <summary>Where the time of the last requests to one version of a model went that were answered on one silo.</summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelLatency")]
public sealed record ModelLatency
{
    /// <summary>The silo's name.</summary>
    [Id(0)]
    public required string Silo { get; init; }

    /// <summary>The version.</summary>
    [Id(1)]
    public required long Version { get; init; }

    /// <summary>How many requests this is of: the last ones, 64 at most.</summary>
    [Id(2)]
    public required int Requests { get; init; }

    /// <summary>The wait for the model to be loaded; nothing for requests that found it resident.</summary>
    [Id(3)]
    public required PhaseTimes Load { get; init; }

    /// <summary>The wait for an inference thread, and for company.</summary>
    [Id(4)]
    public required PhaseTimes Queue { get; init; }

    /// <summary>The run.</summary>
    [Id(5)]
    public required PhaseTimes Run { get; init; }

    /// <summary>All of it.</summary>
    [Id(6)]
    public required PhaseTimes Total { get; init; }
}
