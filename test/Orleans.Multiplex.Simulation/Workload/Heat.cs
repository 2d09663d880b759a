namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>A time in which few models, none of those that the scenario has anyway, get most requests, and before and after it few; and what it takes to answer requests, which does not matter elsewhere.</summary>
/// <param name="Models">How many models are hot.</param>
/// <param name="Share">The share of all requests that they get together, meanwhile.</param>
/// <param name="From">When it begins.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Threads">The inference threads of each silo.</param>
/// <param name="Service">What a request takes on one of them.</param>
internal sealed record Heat(int Models, double Share, TimeSpan From, TimeSpan Until, int Threads, TimeSpan Service)
{
    /// <summary>So long after it has begun, or ended, copies should have come or gone.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);

    /// <summary>From when on it is counted what is answered.</summary>
    public TimeSpan Settled => From + Settling;

    /// <summary>The share that those models have before and after.</summary>
    private const double UsualShare = 0.1;

    /// <summary>The share of the requests that is for those models.</summary>
    public double GetShare(TimeSpan now) => now >= From && now < Until ? Share : UsualShare;

    /// <summary>Whether what happens now is counted.</summary>
    public bool IsCounted(TimeSpan now) => now >= Settled && now < Until;
}
