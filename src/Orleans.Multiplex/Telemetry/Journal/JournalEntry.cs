namespace Orleans.Multiplex.Telemetry.Journal;

/// <summary>What is written into the journal, which adds the silo, the place and the time.</summary>
internal readonly record struct JournalEntry(ClusterEventKind Kind, string Reason, string Message)
{
    public string? Pool { get; init; }

    public string? Model { get; init; }

    public long Version { get; init; }

    public int Count { get; init; } = 1;

    public TimeSpan? Took { get; init; }

    public long? Bytes { get; init; }

    public string? For { get; init; }

    public ClusterEvent ToEvent(string silo, long sequence, DateTimeOffset at) => new()
    {
        Silo = silo,
        Sequence = sequence,
        At = at,
        Kind = Kind,
        Pool = Pool,
        Model = Model,
        Version = Version,
        Reason = Reason,
        Message = Message,
        Count = Count,
        Took = Took,
        Bytes = Bytes,
        For = For,
    };
}
