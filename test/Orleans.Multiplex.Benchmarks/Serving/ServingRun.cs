using System.Globalization;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Rows;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving;

/// <summary>Serving under load: the gateway beside a server written by hand.</summary>
internal static class ServingRun
{
    private const double SecondsToStart = 25;

    /// <param name="arguments"><c>[quick|smoke] [part…]</c>.</param>
    /// <returns>Whether all figures were reached: 0 or 1. That of a smoke, whose figures say nothing, is 0. 2: the arguments are wrong.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var isSmoke = arguments is ["smoke", ..];
        var plan = isSmoke ? Plan.Smoke : arguments is ["quick", ..] ? Plan.Quick : Plan.Full;
        var names = plan == Plan.Full ? arguments : arguments[1..];
        var chart = new BarChart();
        IServingPart[] all =
        [
            new Peaks("peak", [Bench.ManyConnections], Enum.GetValues<Wire>(), chart),
            new Peaks("connections", [1, 16], [Wire.Binary], chart),
            new Latencies(),
            new ManyModels(),
            new Flood(),
            new Overload(),
            new Idle(),
            new Watched(),
        ];
        if (names.FirstOrDefault(name => !all.Any(part => part.Name == name)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"'{unknown}' is none of: quick, smoke, {string.Join(", ", all.Select(static part => part.Name))}.");
            return 2;
        }

        var parts = all.Where(part => names.Length == 0 || names.Contains(part.Name)).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"This takes {(isSmoke ? "at most" : "about")} {Math.Ceiling((parts.Sum(part => part.Seconds(plan)) + SecondsToStart) / 60)} minutes: {string.Join(", ", parts.Select(static part => part.Name))}."));
        Console.WriteLine();
        using var models = new ServedModels(plan.ManyModels);
        await using var servers = new ServerSet(models);
        var bench = new Bench(plan, models, servers);
        Row.WriteHead();
        var isAllReached = true;
        foreach (var part in parts)
        {
            await foreach (var row in part.MeasureAsync(bench))
            {
                row.Write();
                isAllReached &= row.IsReached || row.Limit.Length == 0;
            }
        }

        chart.Write();
        return isAllReached || isSmoke ? 0 : 1;
    }
}
