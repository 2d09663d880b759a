namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>What is simulated.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required int Silos { get; init; }

    public required int Models { get; init; }

    /// <summary>How many models of the mean size a silo holds.</summary>
    public required int ModelsPerSilo { get; init; }

    /// <summary>The requests, without those for hot models.</summary>
    public required long Requests { get; init; }

    /// <summary>Zipf's exponent.</summary>
    public double Exponent { get; init; } = 0.9;

    public double RequestsPerSecondAndSilo { get; init; } = 2;

    /// <summary>Whether sizes differ; else all models have the mean size.</summary>
    public bool IsMixed { get; init; }

    /// <summary>The share of requests that a crowd makes while there is one; 0 for no crowds.</summary>
    public double CrowdShare { get; init; }

    public TimeSpan CrowdEvery { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a day is, over which popularity drifts; zero for no drift.</summary>
    public TimeSpan Day { get; init; }

    /// <summary>How many silos die, one after the other; each is followed by a new one that joins.</summary>
    public int Deaths { get; init; }

    /// <summary>Null where no model is hot, and it does not matter what inference takes.</summary>
    public Heat? Heat { get; init; }

    /// <summary>The models, and after them those that are only asked for while they are hot.</summary>
    public int AllModels => Models + (Heat?.Models ?? 0);

    public double RequestsPerSecond => RequestsPerSecondAndSilo * Silos;

    public long BytesPerSilo => ModelsPerSilo * Catalogue.MeanBytes;

    public TimeSpan Length => TimeSpan.FromSeconds(Requests / RequestsPerSecond);

    /// <summary>The first half fills the caches; counted is the second.</summary>
    public long FirstCounted => Requests / 2;
}
