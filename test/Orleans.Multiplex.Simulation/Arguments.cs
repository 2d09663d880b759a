using System.Globalization;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation;

/// <summary>What is asked for on the command line.</summary>
/// <param name="Plan">The scenarios of the plan that was named.</param>
/// <param name="Names">The only ones wanted, by the beginnings of their names; none for all.</param>
/// <param name="Seed">The seed of all that is drawn.</param>
/// <param name="Seeds">With how many seeds, from that one on, all is run.</param>
/// <param name="IsFull">Whether it is the full plan.</param>
internal sealed record Arguments(IReadOnlyList<Scenario> Plan, IReadOnlyList<string> Names, int Seed, int Seeds, bool IsFull)
{
    public const string Usage = "Orleans.Multiplex.Simulation [quick|full|long] [scenario…] [--seed N] [--seeds COUNT], or real";

    /// <summary>What the cost of decisions is called among the scenarios.</summary>
    public const string Decisions = "decisions";

    public IReadOnlyList<Scenario> Wanted => [.. Plan.Where(scenario => IsWanted(scenario.Name))];

    /// <summary>Whether nothing is left out, so that the results are those of the whole plan.</summary>
    public bool IsWhole => Names.Count == 0;

    public bool IsWanted(string name) => IsWhole || Names.Any(wanted => name.StartsWith(wanted, StringComparison.Ordinal));

    /// <summary>Null when it makes no sense.</summary>
    public static Arguments? Parse(string[] args)
    {
        var words = args.ToList();
        if (TakeNumber(words, "--seed") is not { } seed || TakeNumber(words, "--seeds") is not { } seeds || seeds == 0)
        {
            return null;
        }

        var isFull = words is ["full", ..];
        var plan = isFull ? Scenarios.Full : words is ["long", ..] ? Scenarios.Long : Scenarios.Quick;
        words.RemoveRange(0, words is ["quick" or "full" or "long", ..] ? 1 : 0);
        var areKnown = words.All(word => plan.Select(static scenario => scenario.Name).Append(Decisions).Any(name => name.StartsWith(word, StringComparison.Ordinal)));
        return areKnown ? new Arguments(plan, words, seed, seeds, isFull) : null;
    }

    // Null when it makes no sense, and 1 when it is not there.
    private static int? TakeNumber(List<string> words, string name)
    {
        var at = words.IndexOf(name);
        if (at < 0)
        {
            return 1;
        }

        if (at + 1 >= words.Count || !int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        words.RemoveRange(at, 2);
        return number;
    }
}
