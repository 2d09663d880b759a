namespace Orleans.Multiplex.Simulation.Cluster.Copies;

/// <summary>What came of requests, and of copies, in a run with hot models.</summary>
internal sealed class HeatTally
{
    private readonly List<(TimeSpan At, int Copies)> _copies = [];

    /// <summary>The requests for hot models that were answered.</summary>
    public long HotAnswered { get; private set; }

    /// <summary>Those that were refused, or not answered in time.</summary>
    public long HotRefused { get; private set; }

    /// <summary>The requests for other models that were answered.</summary>
    public long OthersAnswered { get; private set; }

    /// <summary>Those that were refused, or not answered in time.</summary>
    public long OthersRefused { get; private set; }

    /// <summary>The models that were evicted for copies.</summary>
    public long Displaced { get; private set; }

    /// <summary>Those of them that had been used more lately than the copy would be.</summary>
    public long DisplacedHotter { get; private set; }

    /// <summary>The shortest time for which one of them had not been used.</summary>
    public TimeSpan LeastVictimAge { get; private set; } = TimeSpan.MaxValue;

    public void Count(bool isHot, bool isAnswered)
    {
        HotAnswered += isHot && isAnswered ? 1 : 0;
        HotRefused += isHot && !isAnswered ? 1 : 0;
        OthersAnswered += !isHot && isAnswered ? 1 : 0;
        OthersRefused += !isHot && !isAnswered ? 1 : 0;
    }

    /// <summary>There are so many silos from now on that have hot models, each counted for each of its models.</summary>
    public void Note(TimeSpan now, int copies) => _copies.Add((now, copies));

    /// <summary>How many there were at a time.</summary>
    public int GetCopies(TimeSpan at) => _copies.LastOrDefault(one => one.At <= at).Copies;

    /// <summary>When there were so many for the first time; null for never.</summary>
    public TimeSpan? FindFirst(int copies) => _copies.Where(one => one.Copies >= copies).Select(static one => (TimeSpan?)one.At).FirstOrDefault();

    /// <summary>The most that there were.</summary>
    public int MostCopies => _copies.Select(static one => one.Copies).DefaultIfEmpty().Max();

    /// <summary>A model goes for a copy.</summary>
    /// <param name="age">The time since its last use.</param>
    /// <param name="bound">What the copy may displace was last used longer ago.</param>
    public void CountDisplaced(TimeSpan age, TimeSpan bound)
    {
        Displaced++;
        DisplacedHotter += age <= bound ? 1 : 0;
        LeastVictimAge = age < LeastVictimAge ? age : LeastVictimAge;
    }
}
