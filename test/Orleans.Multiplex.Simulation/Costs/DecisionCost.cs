using System.Collections.Immutable;
using System.Net;
using Orleans.Multiplex.Placement;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Simulation.Cluster;
using Orleans.Multiplex.Simulation.Events;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Costs;

/// <summary>What a placement decision takes on this machine.</summary>
/// <param name="Silos">How many silos there are.</param>
/// <param name="Decide">The decision itself, where all silos are full and their victims are of different ages.</param>
/// <param name="DecideAmongEquals">The same where all silos are equal, so that each one's place in the model's own order has to be computed.</param>
/// <param name="WithSnapshot">With the snapshot that it is made from.</param>
internal sealed record DecisionCost(int Silos, TimeSpan Decide, TimeSpan DecideAmongEquals, TimeSpan WithSnapshot)
{
    private const int Batches = 40;
    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(25);

    public static async Task<DecisionCost> MeasureAsync(int silos)
    {
        var random = new Random(silos);
        var mixed = Candidates(silos, static i => i % 9 == 0, _ => TimeSpan.FromSeconds(Math.Exp(random.NextDouble() * 6)));
        var equal = Candidates(silos, static _ => false, static _ => TimeSpan.FromMinutes(1));
        return new DecisionCost(
            silos,
            Time(model => PlacementPolicy.Decide(new PlacementSnapshot(model, 1, mixed)).Chosen),
            Time(model => PlacementPolicy.Decide(new PlacementSnapshot(model, 1, equal)).Chosen),
            await MeasureWithSnapshotAsync(silos));
    }

    private static async Task<TimeSpan> MeasureWithSnapshotAsync(int silos)
    {
        var scenario = new Scenario { Name = "cost", Silos = silos, Models = 1000, ModelsPerSilo = 100, Requests = 0 };
        var queue = new EventQueue();
        var catalogue = new Catalogue(scenario, 1);
        await using var director = new SimulatedSilo(0, scenario, catalogue, queue, () => silos, static (_, _) => { });
        List<SiloAddress> members = [director.SiloAddress];
        var filter = ModelFilter.Of([.. Enumerable.Range(0, 800).Select(catalogue.GetId)]);
        for (var i = 1; i < silos; i++)
        {
            var other = SiloAddress.New(new IPAddress([10, 1, (byte)(i >> 8), (byte)i]), 11111, i);
            members.Add(other);
            director.View.Update(new SiloRow(
                other, "other", 1, false, 100, 100, [new PoolRow(ModelPool.OfStore, -1, 100, TimeSpan.FromSeconds(i % 100))])
            { Cached = filter });
        }

        return Time(model => director.Decide(model, 1, members));
    }

    private static ImmutableArray<SiloCandidate> Candidates(int count, Func<int, bool> hasFiles, Func<int, TimeSpan> age) =>
    [
        .. Enumerable.Range(0, count).Select(i => new SiloCandidate
        {
            Silo = $"10.0.{i / 256}.{i % 256}:11111@13812345{i % 10}",
            ChargedModels = 100,
            MaxBytes = 100,
            ChargedBytes = 100,
            HasFiles = hasFiles(i),
            VictimAge = age(i),
        }),
    ];

    // The median of batches: on a machine that others use too, some are interrupted.
    private static TimeSpan Time(Func<string, string> decide)
    {
        var time = TimeProvider.System;
        List<TimeSpan> means = [];
        var model = 0;
        for (var i = 0; i < Batches; i++)
        {
            var start = time.GetTimestamp();
            var count = 0;
            while (time.GetElapsedTime(start) < Batch)
            {
                decide($"model-{model++}");
                count++;
            }

            means.Add(time.GetElapsedTime(start) / count);
        }

        means.Sort();
        return means[Batches / 2];
    }
}
