using System.Globalization;
using Orleans.Multiplex.Simulation.Serving;
using Orleans.Multiplex.Simulation.Workload;

namespace Orleans.Multiplex.Simulation.Real;

/// <summary>Whether what is simulated is what real silos do.</summary>
internal static class RealCheck
{
    /// <summary>What it is called on the command line.</summary>
    public const string Name = "real";

    /// <summary>How far the hit ratios may be apart.</summary>
    private const double Most = 0.02;

    /// <summary>Three silos that hold three fifths of the models: for two and a half minutes.</summary>
    private static readonly Scenario Scenario = new() { Name = Name, Silos = 3, Models = 150, ModelsPerSilo = 30, Requests = 9_000, RequestsPerSecondAndSilo = 20 };

    /// <summary>Runs both, and says how far they are apart.</summary>
    /// <returns>Whether that is near enough.</returns>
    public static async Task<bool> RunAsync(int seed, TimeProvider time)
    {
        var real = await RealRun.RunAsync(Scenario, seed, time);
        var simulated = (await ScenarioRun.RunAsync(Scenario, ServingSystem.Multiplex, seed, static _ => { })).Tally;
        var apart = Math.Abs(real.HitRatio - simulated.HitRatio);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Scenario.Silos} silos, {Scenario.Models} models, {Scenario.ModelsPerSilo} on a silo, {real.Requests} requests counted, seed {seed}: hit ratio {real.HitRatio:0.0000} of real silos, {simulated.HitRatio:0.0000} simulated, {apart:0.0000} apart (at most {Most})"));
        return apart <= Most;
    }
}
