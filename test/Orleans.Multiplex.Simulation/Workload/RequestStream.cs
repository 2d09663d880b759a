namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>The requests of a scenario: the same ones for each system that is to serve them. They come independently of each other (Poisson).</summary>
internal static class RequestStream
{
    public static IEnumerable<ModelRequest> Of(Scenario scenario, int seed)
    {
        var random = new Random(seed);
        var popularity = new Popularity(scenario, random);
        var now = TimeSpan.Zero;
        for (var i = 0L; i < scenario.Requests;)
        {
            // Hot models have theirs beside those for all others. A heat may begin one request late.
            var hotShare = scenario.Heat?.GetShare(now) ?? 0;
            now += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) * (1 - hotShare) / scenario.RequestsPerSecond);
            if (scenario.Heat is { } heat && random.NextDouble() < hotShare)
            {
                yield return new ModelRequest(now, scenario.Models + random.Next(heat.Models), random.NextDouble());
                continue;
            }

            i++;
            yield return new ModelRequest(now, popularity.Next(now), random.NextDouble());
        }
    }
}
