using System.Globalization;

namespace Orleans.Multiplex.Simulation.Workload;

/// <summary>The models: their ids, what they take, and how long they load.</summary>
internal sealed class Catalogue
{
    public const long MeanBytes = 40_000_000;

    /// <summary>How wide sizes spread: the standard deviation of their logarithm. Most lie between a third and three times the mean.</summary>
    private const double Spread = 0.8;

    private const double FetchedPerSecond = 250e6;
    private const double OpenedPerSecond = 1e9;
    private static readonly TimeSpan FetchOverhead = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan OpenOverhead = TimeSpan.FromMilliseconds(50);

    private readonly long[] _bytes;
    private readonly string[] _ids;

    public Catalogue(Scenario scenario, int seed)
    {
        var random = new Random(seed);
        _ids = [.. Enumerable.Range(0, scenario.AllModels).Select(static model => model.ToString("'model-'0000000", CultureInfo.InvariantCulture))];
        _bytes = [.. _ids.Select(_ => scenario.IsMixed ? Draw(random) : MeanBytes)];
    }

    public string GetId(int model) => _ids[model];

    public long GetBytes(int model) => _bytes[model];

    public TimeSpan GetFetchTime(int model) => FetchOverhead + TimeSpan.FromSeconds(_bytes[model] / FetchedPerSecond);

    public TimeSpan GetOpenTime(int model) => OpenOverhead + TimeSpan.FromSeconds(_bytes[model] / OpenedPerSecond);

    // Box and Muller's normal variate, as the logarithm of a size; its mean shifted so that the sizes have theirs.
    private static long Draw(Random random)
    {
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var factor = Math.Exp((Spread * normal) - (Spread * Spread / 2));
        return (long)(MeanBytes * Math.Clamp(factor, 0.1, 8));
    }
}
