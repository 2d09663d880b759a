using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;
using Orleans.Multiplex.Testing.Clusters;

namespace Orleans.Multiplex.Simulation.Real;

/// <summary>A scenario, served by real silos in real time: the same requests at the same moments, through the same silos, for models that take as long to load.</summary>
internal static class RealRun
{
    /// <summary>What the simulation lets a request take.</summary>
    private static readonly TimeSpan Run = TimeSpan.FromMilliseconds(5);

    /// <param name="scenario">The scenario: without deaths, and with one size for all models.</param>
    /// <param name="seed">The seed of the requests.</param>
    /// <param name="time">The clock.</param>
    public static async Task<Tally> RunAsync(Scenario scenario, int seed, TimeProvider time)
    {
        var catalogue = new Catalogue(scenario, seed);
        await using var cluster = await TimedCluster.StartAsync(
            scenario.Silos,
            Enumerable.Range(0, scenario.Models).Select(model => new TimedModel(catalogue.GetId(model), catalogue.GetOpenTime(model), Run)),
            scenario.ModelsPerSilo,
            maxCopies: 1);
        var clients = cluster.Clients;
        var startedAt = time.GetTimestamp();
        List<Task<bool>> answers = [];
        foreach (var request in RequestStream.Of(scenario, seed))
        {
            var left = request.At - time.GetElapsedTime(startedAt);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, time);
            }

            answers.Add(IsHitAsync(clients[(int)(request.Entry * clients.Count)], catalogue.GetId(request.Model)));
        }

        var hits = await Task.WhenAll(answers);
        var counted = hits.Skip((int)scenario.FirstCounted).ToList();
        return new Tally(counted.Count, counted.Count(static hit => hit), counted.Count(static hit => !hit));
    }

    private static async Task<bool> IsHitAsync(IMultiplexClient client, string model) => !(await client.InferAsync(model, [])).IsCold;
}
