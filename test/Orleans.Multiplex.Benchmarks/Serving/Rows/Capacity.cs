using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What the gateway does of the slow model when as much is asked as it can do.</summary>
/// <param name="PerSecond">Requests a second.</param>
internal sealed record Capacity(double PerSecond)
{
    /// <summary>How much more is asked in an overload.</summary>
    public const int Times = 10;

    private const int Connections = 16;

    /// <summary>How long one run takes, if each core runs one.</summary>
    public TimeSpan OfOneRun => TimeSpan.FromSeconds(Environment.ProcessorCount / PerSecond);

    public static async Task<Capacity> MeasureAsync(Bench bench)
    {
        const Wire Way = Wire.Binary;
        await bench.WarmUpAsync(bench.Models.Slow, Way, ServerKind.Gateway);
        var load = bench.MakeLoad(bench.Models.Slow.Calls(Way), Connections, seconds: bench.Plan.LoadSeconds * 2);
        var rounds = await bench.CompareAsync(Way, bench.Plan.Rounds, (ServerKind.Gateway, load));
        return new Capacity(Math.Max(1, Figures.Rate(rounds.Select(static round => round[0]))));
    }

    /// <summary>Ten times as much.</summary>
    public LoadGenerator.Load Exceed(Bench bench, int connections, double seconds, TimeSpan? timeout) =>
        bench.MakeLoad(bench.Models.Slow.Calls(Wire.Binary, timeout), connections, PerSecond * Times, seconds);
}
