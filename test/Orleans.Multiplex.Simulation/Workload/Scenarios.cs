using System.Globalization;

namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>The scenarios of each plan.</summary>
internal static class Scenarios
{
    /// <summary>The days of a run over which popularity drifts.</summary>
    private const int Days = 4;

    /// <summary>What takes less than a minute.</summary>
    public static IReadOnlyList<Scenario> Quick { get; } =
    [
        .. Zipf(requests: 120_000),
        Grown(silos: 50, models: 50_000, requests: 120_000),
        Drift(silos: 10, models: 10_000, requests: 120_000),
        Deaths(silos: 20, models: 10_000, requests: 120_000, deaths: 4),
        Crowded(models: 10_000, rate: 2, requests: 60_000),
        Crowded(models: 100_000, rate: 1.35, requests: 60_000),
        Hot(silos: 3, models: 1000, rate: 9, hot: 1, from: 200, until: 500, length: 620),
    ];

    /// <summary>All sizes.</summary>
    public static IReadOnlyList<Scenario> Full { get; } =
    [
        .. Zipf(requests: 600_000),
        Grown(silos: 10, models: 10_000, requests: 600_000),
        Grown(silos: 100, models: 100_000, requests: 400_000),
        Grown(silos: 1000, models: 1_000_000, requests: 200_000),
        Drift(silos: 10, models: 10_000, requests: 600_000),
        Drift(silos: 100, models: 100_000, requests: 400_000),
        Deaths(silos: 20, models: 10_000, requests: 600_000, deaths: 10),
        Deaths(silos: 100, models: 100_000, requests: 400_000, deaths: 10),
        Crowded(models: 10_000, rate: 2, requests: 300_000),
        Crowded(models: 100_000, rate: 1.35, requests: 300_000),
        Crowded(models: 1_000_000, rate: 1.15, requests: 300_000),
        Hot(silos: 3, models: 1000, rate: 9, hot: 1, from: 200, until: 600, length: 720),
        Hot(silos: 100, models: 20_000, rate: 4, hot: 5, from: 150, until: 300, length: 500),
    ];

    /// <summary>The largest cluster, for so long that each silo has evicted several times what it holds.</summary>
    public static IReadOnlyList<Scenario> Long { get; } = [Grown(silos: 1000, models: 1_000_000, requests: 600_000)];

    /// <summary>Popularity of different steepness.</summary>
    private static IEnumerable<Scenario> Zipf(long requests) => new[] { 0.6, 0.9, 1.2 }.Select(exponent => new Scenario
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"zipf-{exponent}"),
        Silos = 10,
        Models = 10_000,
        ModelsPerSilo = 100,
        Requests = requests,
        Exponent = exponent,
    });

    /// <summary>More silos with as many more models; models of all sizes.</summary>
    private static Scenario Grown(int silos, int models, long requests) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"silos-{silos}"),
        Silos = silos,
        Models = models,
        ModelsPerSilo = 50,
        Requests = requests,
        IsMixed = true,
    };

    /// <summary>Popularity that drifts with the time of day, and crowds that come and go.</summary>
    private static Scenario Drift(int silos, int models, long requests) => WithDays(new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"drift-{silos}"),
        Silos = silos,
        Models = models,
        ModelsPerSilo = 100,
        Requests = requests,
        IsMixed = true,
        CrowdShare = 0.05,
    });

    private static Scenario WithDays(Scenario scenario) => scenario with { Day = scenario.Length / Days };

    /// <summary>Silos that die, and empty ones that join.</summary>
    private static Scenario Deaths(int silos, int models, long requests, int deaths) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"deaths-{silos}"),
        Silos = silos,
        Models = models,
        ModelsPerSilo = 50,
        Requests = requests,
        IsMixed = true,
        Deaths = deaths,
    };

    /// <summary>Few models that get four of five requests for a time: more than one silo can answer. A silo answers forty in a second.</summary>
    private static Scenario Hot(int silos, int models, double rate, int hot, double from, double until, double length) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"hot-{silos}"),
        Silos = silos,
        Models = models,
        ModelsPerSilo = 50,
        Requests = (long)(silos * rate * length),
        RequestsPerSecondAndSilo = rate,
        Heat = new Heat(hot, Share: 0.8, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(until), Threads: 2, Service: TimeSpan.FromMilliseconds(50)),
    };

    /// <summary>The same silos under more and more models, and as many fewer requests as it takes for them to load as often: so the number of models is all that differs.</summary>
    private static Scenario Crowded(int models, double rate, long requests) => new()
    {
        Name = string.Create(CultureInfo.InvariantCulture, $"models-{models}"),
        Silos = 50,
        Models = models,
        ModelsPerSilo = 20,
        Requests = requests,
        RequestsPerSecondAndSilo = rate,
    };
}
