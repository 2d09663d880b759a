using Orleans.Multiplex.Simulation;
using Orleans.Multiplex.Simulation.Costs;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Serving;

if (Arguments.Parse(args) is not { } arguments)
{
    await Console.Error.WriteLineAsync(Arguments.Usage);
    return 2;
}

// First, as long as nothing else runs in this process.
List<DecisionCost> costs = [];
foreach (var silos in arguments.IsWanted(Arguments.Decisions) ? [10, 100, 1000] : Array.Empty<int>())
{
    costs.Add(await DecisionCost.MeasureAsync(silos));
}

var outcomes = await Runs.RunAsync([.. arguments.Wanted.Where(static scenario => scenario.Heat is null)], arguments.Seed);
var heats = await HeatRuns.RunAsync(arguments.Wanted.Where(static scenario => scenario.Heat is not null), arguments.Seed);
var report = new Report(outcomes, heats, costs);
Console.WriteLine();
Console.WriteLine(report.Write());
if (arguments is { IsFull: true, IsWhole: true })
{
    await ResultFiles.WriteAsync(report, outcomes, costs, arguments.Seed);
}

foreach (var broken in report.Broken)
{
    await Console.Error.WriteLineAsync($"Broken: {broken.What}; it is {broken.Measured}.");
}

return report.Broken.Any() ? 1 : 0;
