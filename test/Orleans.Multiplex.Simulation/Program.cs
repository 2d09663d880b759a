using Orleans.Multiplex.Simulation;
using Orleans.Multiplex.Simulation.Costs;
using Orleans.Multiplex.Simulation.Real;
using Orleans.Multiplex.Simulation.Reports;
using Orleans.Multiplex.Simulation.Serving;

if (args is [RealCheck.Name])
{
    return await RealCheck.RunAsync(seed: 1, TimeProvider.System) ? 0 : 1;
}

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

List<Report> reports = [];
for (var seed = arguments.Seed; seed < arguments.Seed + arguments.Seeds; seed++)
{
    var outcomes = await Runs.RunAsync([.. arguments.Wanted.Where(static scenario => scenario.Heat is null)], seed);
    var heats = await HeatRuns.RunAsync(arguments.Wanted.Where(static scenario => scenario.Heat is not null), seed);
    reports.Add(new Report(outcomes, heats, costs));
    Console.WriteLine();
    Console.WriteLine(reports[^1].Write());
}

if (reports.Count > 1)
{
    Console.WriteLine(SeedSpread.Write(reports));
}
else if (arguments is { IsFull: true, IsWhole: true })
{
    await ResultFiles.WriteAsync(reports[0], reports[0].Outcomes, costs, arguments.Seed);
}

var broken = reports.SelectMany(static report => report.Broken).ToList();
foreach (var promise in broken)
{
    await Console.Error.WriteLineAsync($"Broken: {promise.What}; it is {promise.Measured}.");
}

return broken.Count > 0 ? 1 : 0;
