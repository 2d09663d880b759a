using System.Globalization;
using System.Text.Json;
using Orleans.Multiplex.Benchmarks.Serving.Models;
using Orleans.Multiplex.Benchmarks.Serving.Servers;

namespace Orleans.Multiplex.Benchmarks.Serving.Rows;

/// <summary>What a gateway takes that holds many models and is asked nothing.</summary>
internal sealed class Idle : IServingPart
{
    private const int LoadsAtOnce = 4;
    private const double MostOfACore = 0.01;

    public string Name => "idle";

    public double Seconds(Plan plan) => plan.SettleSeconds + plan.IdleSeconds + (plan.IdleModels * 0.02) + 5;

    public async IAsyncEnumerable<Row> MeasureAsync(Bench bench)
    {
        var count = bench.Plan.IdleModels;
        await using var gateway = await ServerSet.StartGatewayAsync(bench.Models.MakeIdle(count));
        using var http = gateway.Front.CreateClient();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = LoadsAtOnce }, async (i, cancellationToken) =>
        {
            var call = (bench.Models.Tiny with { Id = $"idle-{i}" }).Calls(Wire.Json).First();
            using var body = new ByteArrayContent(call.Body.ToArray());
            using var answer = await http.PostAsync(call.Path, body, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
        var silos = await http.GetStringAsync("/multiplex/silos");
        using var report = JsonDocument.Parse(silos);

        // What loading leaves behind to be done is no idling.
        await Task.Delay(TimeSpan.FromSeconds(bench.Plan.SettleSeconds), TimeProvider.System);
        var time = TimeProvider.System.GetTimestamp();
        var before = gateway.ProcessorTime;
        await Task.Delay(TimeSpan.FromSeconds(bench.Plan.IdleSeconds), TimeProvider.System);
        var part = (gateway.ProcessorTime - before) / TimeProvider.System.GetElapsedTime(time);
        yield return new Row(
            "(b), processor time of a gateway that does nothing",
            string.Create(CultureInfo.InvariantCulture, $"{count:#,0} models like tiny resident, {bench.Plan.IdleSeconds:0.#} s"),
            string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.00} % of a core; {CountResidents(report.RootElement):#,0} resident"),
            $"< {(MostOfACore * 100).ToString(CultureInfo.InvariantCulture)} %",
            part < MostOfACore);
    }

    private static int CountResidents(JsonElement report) => report.ToString().Split("\"state\":\"ready\"").Length - 1;
}
