using System.Globalization;

namespace Orleans.Multiplex.Benchmarks.Silos;

/// <summary>What another grain feels of synchronous model code that many call: beside the inference threads, it has what the system's scheduler leaves it.</summary>
internal static class SpinningCode
{
    private const int Models = 4;
    private const int Callers = 32;
    private const double MostMilliseconds = 5;
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(5);

    public static async Task<Row> MeasureAsync()
    {
        var folder = Directory.CreateTempSubdirectory("multiplex-spinning-");
        try
        {
            for (var i = 0; i < Models; i++)
            {
                await File.WriteAllTextAsync(Path.Combine(folder.CreateSubdirectory($"spin-{i}").FullName, "model.txt"), "Its code is its model.");
            }

            await using var silo = await BenchmarkSilo.StartAsync(folder.FullName);
            await ProbeAsync(silo.Grains, Lasts / 10);
            var alone = await ProbeAsync(silo.Grains, Lasts);
            using var stop = new CancellationTokenSource();
            var callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(i => CallAsync(silo.Grains, $"spin-{i % Models}", stop.Token)));
            await ProbeAsync(silo.Grains, Lasts / 10);
            var beside = await ProbeAsync(silo.Grains, Lasts);
            await stop.CancelAsync();
            var runs = (await callers).Sum();
            return new Row(
                "p99 of another grain, beside callers of user code that spins",
                string.Create(CultureInfo.InvariantCulture, $"{Callers} callers of {Models} models, {SpinningGrain.Run.TotalMilliseconds:0} ms of spinning each; {runs:#,0} runs"),
                string.Create(CultureInfo.InvariantCulture, $"{beside[beside.Count * 99 / 100]:0.00} ms (median {beside[beside.Count / 2]:0.00}) vs {alone[alone.Count * 99 / 100]:0.00} ms without them"),
                $"≤ {MostMilliseconds.ToString(CultureInfo.InvariantCulture)} ms",
                beside[beside.Count * 99 / 100] <= MostMilliseconds);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Milliseconds of calls, least first.</summary>
    private static async Task<List<double>> ProbeAsync(IGrainFactory grains, TimeSpan lasts)
    {
        var grain = grains.GetGrain<IProbedGrain>(0);
        var took = new List<double>();
        for (var begin = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(begin) < lasts;)
        {
            var called = TimeProvider.System.GetTimestamp();
            await grain.AnswerAsync();
            took.Add(TimeProvider.System.GetElapsedTime(called).TotalMilliseconds);
            await Task.Delay(BetweenProbes, TimeProvider.System);
        }

        took.Sort();
        return took;
    }

    private static async Task<int> CallAsync(IGrainFactory grains, string model, CancellationToken cancellationToken)
    {
        var runs = 0;
        for (; !cancellationToken.IsCancellationRequested; runs++)
        {
            await grains.GetGrain<ISpinningGrain>(model).SpinAsync();
        }

        return runs;
    }
}
