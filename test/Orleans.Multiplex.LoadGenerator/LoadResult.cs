namespace Orleans.Multiplex.LoadGenerator;

/// <summary>What came of a load.</summary>
public sealed record LoadResult
{
    /// <summary>How long requests were sent.</summary>
    public double Seconds { get; init; }

    /// <summary>The requests that were sent, and those that have an answer.</summary>
    public long Sent { get; init; }

    /// <summary>The answers.</summary>
    public long Answers { get; init; }

    /// <summary>The right ones: 200, with gRPC's 0 where it is gRPC, and what was compared is as expected.</summary>
    public long Right { get; init; }

    /// <summary>Answers that were compared, and those of them that are not as expected.</summary>
    public long Compared { get; init; }

    /// <summary>Answers that say that all is well and are not as expected.</summary>
    public long Wrong { get; init; }

    /// <summary>The answers by status: <c>200</c>, <c>429</c>; over gRPC <c>grpc 0</c>.</summary>
    public IReadOnlyDictionary<string, long> Statuses { get; init; } = new Dictionary<string, long>();

    /// <summary>The answers that say when to try again.</summary>
    public long WithRetryAfter { get; init; }

    /// <summary>Connections that the server closed under a request.</summary>
    public long Disconnected { get; init; }

    /// <summary>Requests without an answer some seconds after the last was sent.</summary>
    public long Unanswered { get; init; }

    /// <summary>Right answers a second, while requests were sent.</summary>
    public double RightPerSecond { get; init; }

    /// <summary>From when a request was meant to be sent until its right answer was there.</summary>
    public LatencySummary Latency { get; init; } = new();

    /// <summary>The same of all other answers.</summary>
    public LatencySummary OtherLatency { get; init; } = new();

    /// <summary>How late requests were sent for which a connection was free: the part of the latency that is the generator's.</summary>
    public LatencySummary Lateness { get; init; } = new();

    /// <summary>The processor time that the generator itself took.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>The most connections that had a request at once.</summary>
    public int MostInFlight { get; init; }
}
