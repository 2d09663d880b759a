namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>The requests of a scenario: the same ones for each system that is to serve them. They come independently of each other (Poisson).</summary>
internal static class RequestStream
{
    public static IEnumerable<ModelRequest> Of(Scenario scenario, int seed)
    {
        var random = new Random(seed);
        var popularity = new Popularity(scenario, random);
        var now = TimeSpan.Zero;
        for (var i = 0L; i < scenario.Requests; i++)
        {
            now += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / scenario.RequestsPerSecond);
            yield return new ModelRequest(now, popularity.Next(now), random.NextDouble());
        }
    }
}
