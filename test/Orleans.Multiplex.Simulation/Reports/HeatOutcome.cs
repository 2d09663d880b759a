using Orleans.Multiplex.Simulation.Cluster.Copies;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>What copies of hot models have come to.</summary>
/// <param name="Scenario">The scenario.</param>
/// <param name="With">With copies.</param>
/// <param name="Without">The same requests without.</param>
internal sealed record HeatOutcome(Scenario Scenario, HeatSide With, HeatSide Without)
{
    public Heat Heat => Scenario.Heat!;

    /// <summary>How many times as many requests for hot models are answered with copies.</summary>
    public double Throughput => (double)With.Tally.HotAnswered / Without.Tally.HotAnswered;

    /// <summary>The same of all requests.</summary>
    public double AllThroughput => (double)Answered(With.Tally) / Answered(Without.Tally);

    /// <summary>The part of the requests for hot models that is answered.</summary>
    public double Answers => (double)With.Tally.HotAnswered / (With.Tally.HotAnswered + With.Tally.HotRefused);

    /// <summary>The hit ratio of other models with copies, as a share of theirs without.</summary>
    public double OthersShare => With.HitRatio / Without.HitRatio;

    /// <summary>The part of all room that copies leave, when there are most.</summary>
    public double RoomLeft
    {
        get
        {
            double room = Scenario.Silos * Scenario.ModelsPerSilo;
            return (room - (With.Tally.MostCopies - Heat.Models)) / room;
        }
    }

    /// <summary>How long it took until all silos had the hot models; null where they never had.</summary>
    public TimeSpan? UntilAll => With.Tally.FindFirst(Scenario.Silos * Heat.Models) - Heat.From;

    /// <summary>For a second: requests that are answered, or copies that come.</summary>
    public double PerSecond(long count) => count / (Heat.Until - Heat.Settled).TotalSeconds;

    /// <summary>How many silos had hot models, so long after they became hot.</summary>
    public int GetHot(double seconds) => With.Tally.GetCopies(Heat.From + TimeSpan.FromSeconds(seconds));

    /// <summary>How many have them so long after they have cooled.</summary>
    public int GetCooled(double seconds) => With.Tally.GetCopies(Heat.Until + TimeSpan.FromSeconds(seconds));

    /// <summary>How many have them at the end.</summary>
    public int AtEnd => With.Tally.GetCopies(Scenario.Length);

    private static long Answered(HeatTally tally) => tally.HotAnswered + tally.OthersAnswered;
}
