using System.Globalization;

namespace Orleans.Multiplex.Simulation.Reports;

/// <summary>The targets for copies of hot models.</summary>
internal static class HeatPromises
{
    /// <summary>How many times as many requests for one model three silos answer that have it, at least.</summary>
    private const double LeastThroughput = 2.7;

    private const int FewSilos = 3;

    /// <summary>The part of the requests for hot models that is answered where there are silos enough.</summary>
    private const double LeastAnswers = 0.95;

    private static readonly TimeSpan MostUntilAll = TimeSpan.FromSeconds(5);

    public static IEnumerable<Promise> Of(HeatOutcome outcome)
    {
        var name = outcome.Scenario.Name;
        if (outcome.Scenario.Silos == FewSilos)
        {
            yield return new Promise(
                string.Create(CultureInfo.InvariantCulture, $"{name}: with copies on {FewSilos} silos, at least {LeastThroughput} times as many answers of the hot model as without"),
                Figures.Ratio(outcome.Throughput),
                outcome.Throughput >= LeastThroughput);
            yield return new Promise(
                $"{name}: all silos have the hot model within {MostUntilAll.TotalSeconds} s",
                outcome.UntilAll is { } time ? $"{Figures.Number(time.TotalSeconds)} s" : "never",
                outcome.UntilAll <= MostUntilAll);
        }
        else
        {
            yield return new Promise(
                $"{name}: at least {LeastAnswers.ToString(CultureInfo.InvariantCulture)} of the requests for hot models are answered", Figures.Ratio(outcome.Answers), outcome.Answers >= LeastAnswers);
        }

        yield return new Promise(
            $"{name}: other models lose at most the share of hits that copies take of the room",
            $"{Figures.Ratio(outcome.OthersShare)}, room {Figures.Ratio(outcome.RoomLeft)}",
            outcome.OthersShare >= outcome.RoomLeft);
        yield return new Promise(
            $"{name}: no model is evicted for a copy that is used more often", Figures.Count(outcome.With.Tally.DisplacedHotter), outcome.With.Tally.DisplacedHotter == 0);
        yield return new Promise(
            $"{name}: a while after the heat, one silo has each hot model again, of more before",
            $"{Figures.Count(outcome.AtEnd)} of {Figures.Count(outcome.With.Tally.MostCopies)}",
            outcome.AtEnd <= outcome.Heat.Models && outcome.Heat.Models < outcome.With.Tally.MostCopies);
    }
}
