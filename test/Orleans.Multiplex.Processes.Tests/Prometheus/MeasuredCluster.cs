using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Prometheus;

/// <summary>Two silos with a gateway, whose metrics Prometheus reads: before, during and after some requests, of which many are cold and some fail.</summary>
public sealed class MeasuredCluster : IAsyncLifetime
{
    private const int Models = 8;
    private const string Asked = """sum(multiplex_requests_total{multiplex_outcome=~"hit|cold"})""";

    private ProcessCluster _cluster = null!;
    private PrometheusServer _prometheus = null!;

    /// <summary>The requests that found their model resident, by what their answers say.</summary>
    public int Hits { get; private set; }

    /// <summary>Those that waited for a load.</summary>
    public int Cold { get; private set; }

    internal PrometheusServer Prometheus => _prometheus;

    public IReadOnlyList<HostProcess> Silos => _cluster.Silos;

    public string ClusterId => _cluster.ClusterId;

    public IEnumerable<HostProcess> Processes => _cluster.Silos.Append(_cluster.Front);

    public static string Deployed(string file) => Path.Combine(HostProcess.Root, "silo", "deploy", file);

    public async ValueTask InitializeAsync()
    {
        _cluster = await ProcessCluster.StartAsync(silos: 2, ProcessCluster.Silo, "--Multiplex:MaxModelsPerSilo=3", "--Multiplex:Metrics:RayNames=true", "--Multiplex:MaxCopies=1");
        Enumerable.Range(1, Models).ToList().ForEach(_cluster.AddModel);
        _cluster.AddModel("broken", [1, 2, 3]);
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        _prometheus = await PrometheusServer.StartAsync(Processes.Select(static process => process.Address), Deployed("alerts.yaml"));

        // Rates need values from before, and from between.
        await _prometheus.WaitForAsync("sum(up)", 3);
        await _prometheus.WaitForAsync(Asked, 0);
        for (var round = 0; round < 2; round++)
        {
            await AskAsync(seed: round);
            await _prometheus.WaitForAsync(Asked, Hits + Cold);
        }
    }

    /// <summary>What the API says that each silo has counted, by the silo's name.</summary>
    public async Task<IReadOnlyDictionary<string, JsonElement>> GetFiguresAsync()
    {
        using var http = _cluster.Front.CreateClient();
        var report = await http.GetFromJsonAsync<JsonElement>("/multiplex/silos", TestContext.Current.CancellationToken);
        return report.GetProperty("silos").EnumerateArray().ToDictionary(static silo => silo.GetProperty("silo").GetString()!, static silo => silo.GetProperty("figures"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_prometheus is not null)
        {
            await _prometheus.DisposeAsync();
        }

        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    private async Task AskAsync(int seed)
    {
        using var http = _cluster.Front.CreateClient();
        var random = new Random(seed);
        for (var i = 0; i < 60; i++)
        {
            // The lower ones more often, so that there are hits too.
            var number = 1 + Math.Min(random.Next(Models), random.Next(Models));
            using var response = await SendAsync(http, number.ToString(CultureInfo.InvariantCulture));
            response.EnsureSuccessStatusCode();
            var isCold = response.Headers.GetValues("x-multiplex-cold").Single() == "true";
            (Hits, Cold) = isCold ? (Hits, Cold + 1) : (Hits + 1, Cold);
        }

        using var failed = await SendAsync(http, "broken");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, failed.StatusCode);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string model)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{model}/infer");
        request.Content = JsonContent.Create(new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = new[] { 1, 2, 3, 4 } } } });
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
