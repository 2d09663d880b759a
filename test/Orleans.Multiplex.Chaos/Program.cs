using Orleans.Multiplex.Chaos;
using Orleans.Multiplex.Chaos.Phases;
using Orleans.Multiplex.Chaos.Traffic;

if (ChaosPlan.Read(args) is not { } plan)
{
    await Console.Error.WriteLineAsync(ChaosPlan.Usage);
    return 2;
}

using var interrupted = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    interrupted.Cancel();
};

Console.WriteLine($"3 silos, 2 gateways, {ChaosCluster.Models} models; seed {plan.Seed}.");
await using var cluster = await ChaosCluster.StartAsync(interrupted.Token);
await using var load = new SteadyLoad(cluster, plan.Seed);
var run = new PhaseRun(cluster, load, TimeProvider.System);
foreach (var phase in plan.Order(AllPhases.Of(cluster, load, plan, TimeProvider.System)))
{
    await run.RunAsync(phase, interrupted.Token);
}

await load.EndAsync();
Console.WriteLine(PhaseTable.Write(run.Reports));
return run.Reports.All(static report => report.Broken.Count == 0) ? 0 : 1;
