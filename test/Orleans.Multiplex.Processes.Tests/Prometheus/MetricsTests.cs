using System.Globalization;
using System.Text.Json;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Prometheus;

/// <summary>What a real Prometheus makes of the metrics.</summary>
public sealed class MetricsTests(MeasuredCluster cluster) : IClassFixture<MeasuredCluster>
{
    private static readonly string[] RaysSeries =
    [
        "ray_serve_multiplexed_model_load_latency_ms_bucket",
        "ray_serve_multiplexed_model_unload_latency_ms_bucket",
        "ray_serve_num_multiplexed_models",
        "ray_serve_registered_multiplexed_model_id",
        "ray_serve_multiplexed_get_model_requests_counter_total",
        "ray_serve_multiplexed_models_load_counter_total",
        "ray_serve_multiplexed_models_unload_counter_total",
    ];

    public static TheoryData<string> OfRay => [.. RaysSeries];

    [Fact]
    public async Task Metrics_OfEachProcess_PassPromtool()
    {
        foreach (var process in cluster.Processes)
        {
            using var http = process.CreateClient();
            var text = await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

            var (_, printed) = await DebianTool.CheckAsync(text, "check", "metrics");

            // Names and help of Orleans, .NET and Ray are theirs; that anything cannot be read would be ours.
            Assert.Contains("multiplex_", text, StringComparison.Ordinal);
            Assert.DoesNotContain(printed.Split('\n'), static line => line.StartsWith("multiplex_", StringComparison.Ordinal));
            Assert.DoesNotContain("error while linting", printed, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Promtool_NamesThatAreWrong_SaysSo()
    {
        var (code, printed) = await DebianTool.CheckAsync("# TYPE multiplex_wait_milliseconds gauge\nmultiplex_wait_milliseconds 1\n", "check", "metrics");

        Assert.NotEqual(0, code);
        Assert.Contains("multiplex_wait_milliseconds no help text", printed, StringComparison.Ordinal);
    }

    // Prometheus and the API are asked one after the other: nobody asks for a model any more.
    [Fact]
    public async Task HitRatio_ByPromQlOfEachSilo_IsThatOfTheApi()
    {
        var figures = await cluster.GetFiguresAsync();

        Assert.Equal(cluster.Silos.Select(static silo => silo.SiloName).Order(StringComparer.Ordinal), figures.Keys.Order(StringComparer.Ordinal));
        foreach (var silo in cluster.Silos)
        {
            var ratio = await cluster.Prometheus.GetAsync(HitRatio($"instance=\"{silo.Address.Authority}\""));

            // The API rounds it.
            Assert.Equal(figures[silo.SiloName].GetProperty("hitRatio").GetDouble(), ratio, precision: 6);
        }
    }

    [Fact]
    public async Task HitRatio_ByPromQl_IsThatOfAllFiguresAndOfTheAnswers()
    {
        var figures = await cluster.GetFiguresAsync();
        var (hits, cold) = (Sum(figures.Values, "hits"), Sum(figures.Values, "coldStarts"));

        var ratio = await cluster.Prometheus.GetAsync(HitRatio(""));

        Assert.True(cluster is { Hits: > 0, Cold: > 0 }, $"{cluster.Hits} hits, {cluster.Cold} cold");
        Assert.Equal((double)hits / (hits + cold), ratio, precision: 12);
        Assert.Equal((cluster.Hits, cluster.Cold), (hits, cold));
        Assert.Equal(cluster.Cold, await cluster.Prometheus.GetAsync("sum(multiplex_request_cold_wait_seconds_count)"));
    }

    [Fact]
    public async Task Copies_SummedOverSilos_AreOfWhatIsResident() =>
        Assert.Equal(await cluster.Prometheus.GetAsync("sum(multiplex_models_resident)"), await cluster.Prometheus.GetAsync("sum(multiplex_model_copies)"));

    [Theory]
    [MemberData(nameof(OfRay))]
    public async Task RaysMetric_IsThereByItsNameAndTags(string name)
    {
        var series = await cluster.Prometheus.QueryAsync(name);

        Assert.NotEmpty(series);
        Assert.All(series, one =>
        {
            Assert.Equal("Inference", one.Labels["deployment"]);
            Assert.Equal(cluster.ClusterId, one.Labels["application"]);
            Assert.Contains(one.Labels["replica"], cluster.Silos.Select(static silo => silo.SiloName));
        });
        string[] own = ["__name__", "instance", "job", "deployment", "application", "replica", "model_id", "le"];
        Assert.Empty(series.SelectMany(static one => one.Labels.Keys).Except(own));
    }

    [Fact]
    public async Task RaysHitRate_AsItsDashboardAsks_IsAPercentage()
    {
        var rate = await cluster.Prometheus.GetAsync(
            "100*(1 - sum(rate(ray_serve_multiplexed_models_load_counter_total[5m])) / sum(rate(ray_serve_multiplexed_get_model_requests_counter_total[5m])))");

        Assert.InRange(rate, 1, 99);
    }

    [Fact]
    public async Task RaysLatencies_HaveRaysClasses()
    {
        var series = await cluster.Prometheus.QueryAsync("""sum by (le) (ray_serve_multiplexed_model_load_latency_ms_bucket{le!="+Inf"})""");

        double[] ends = [1, 2, 5, 10, 20, 50, 100, 200, 300, 400, 500, 1000, 2000, 5000, 10_000, 60_000, 120_000, 300_000, 600_000];
        Assert.Equal(ends, series.Select(static one => double.Parse(one.Labels["le"], CultureInfo.InvariantCulture)).Order());
    }

    [Fact]
    public async Task Dashboard_EachQuery_HasSeries()
    {
        using var dashboard = JsonDocument.Parse(await File.ReadAllTextAsync(MeasuredCluster.Deployed("grafana.json"), TestContext.Current.CancellationToken));
        List<string> empty = [];
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        foreach (var panel in panels)
        {
            foreach (var target in panel.GetProperty("targets").EnumerateArray())
            {
                // What Grafana puts in.
                var query = target.GetProperty("expr").GetString()!.Replace("$__rate_interval", "5m", StringComparison.Ordinal).Replace("$job", ".*", StringComparison.Ordinal);
                if ((await cluster.Prometheus.QueryAsync(query)).All(static one => double.IsNaN(one.Value)))
                {
                    empty.Add($"{panel.GetProperty("title").GetString()} {target.GetProperty("refId").GetString()}");
                }
            }
        }

        Assert.True(panels.Count > 20, "The panels are not seen.");

        // Nothing is evicted there while it is in use, and the store answers all.
        Assert.Empty(empty.Except(["Evictions B", "Store B"]));
    }

    [Fact]
    public async Task Alerts_AreWhatTheySay()
    {
        using var folder = new TemporaryFolder();
        File.Copy(MeasuredCluster.Deployed("alerts.yaml"), Path.Combine(folder.Path, "alerts.yaml"));
        var tests = Path.Combine(folder.Path, "alerts.test.yaml");
        File.Copy(Path.Combine(AppContext.BaseDirectory, "Prometheus", "alerts.test.yaml"), tests);

        AssertPassed(await DebianTool.CheckAsync("", "check", "rules", MeasuredCluster.Deployed("alerts.yaml")));
        AssertPassed(await DebianTool.CheckAsync("", "check", "config", MeasuredCluster.Deployed("prometheus.yaml")));
        AssertPassed(await DebianTool.CheckAsync("", "test", "rules", tests));

        // And Prometheus could evaluate each of them.
        var rules = await cluster.Prometheus.GetRulesAsync();
        Assert.Equal(7, rules.Count);
        Assert.All(rules, static rule => Assert.Equal("ok", rule.Health));
    }

    private static string HitRatio(string silos) =>
        $$"""sum(multiplex_requests_total{multiplex_outcome="hit",{{silos}}}) / sum(multiplex_requests_total{multiplex_outcome=~"hit|cold",{{silos}}})""";

    private static long Sum(IEnumerable<JsonElement> figures, string count) => figures.Sum(one => one.GetProperty(count).GetInt64());

    private static void AssertPassed((int Code, string Printed) check) => Assert.True(check.Code == 0, check.Printed);
}
