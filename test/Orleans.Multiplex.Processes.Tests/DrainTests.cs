using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Multiplex.Processes.Tests.Checklist;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Silos that leave under load: their models are elsewhere before they stop answering, and nobody notices.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private const int Models = 12;

    private readonly ConcurrentQueue<string> _faults = new();
    private readonly ConcurrentQueue<string> _cold = new();
    private ProcessCluster _cluster = null!;
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ProcessCluster.StartAsync(silos: 3, ProcessCluster.Silo, "--Multiplex:MaxModelsPerSilo=10");
        for (var i = 1; i <= Models; i++)
        {
            _cluster.AddModel(i);
        }

        await _cluster.WaitForSilosAsync(3, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Stop_SiloUnderLoad_NoRequestFailsAndNoModelIsLoadedAgain()
    {
        await WarmUpAsync();
        var held = (await _cluster.GetResidentsAsync())[_cluster.Silos[0].SiloName].Length;
        await using var load = StartLoad();

        await load.WaitForMoreAsync(300);
        var code = await _cluster.Silos[0].StopAsync();
        await load.WaitForMoreAsync(300);

        await load.EndAsync();
        Assert.Empty(_faults);
        Assert.Empty(_cold);
        Assert.Equal(0, code);
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        var residents = await _cluster.GetResidentsAsync();
        Assert.Equal(Models, residents.Values.Sum(static models => models.Length));
        Assert.Contains(_cluster.Silos[0].Lines, line => line.Contains($"is leaving: it hands {held} models over to the others", StringComparison.Ordinal));
        Assert.Contains(_cluster.Silos[0].Lines, line => line.Contains($"has handed {held} of {held} models over", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Drain_ByHttp_SiloLeavesAndItsProcessEnds()
    {
        await WarmUpAsync();
        await using var load = StartLoad();
        await load.WaitForMoreAsync(100);
        using var http = _cluster.Front.CreateClient();
        http.DefaultRequestHeaders.Add("x-multiplex-control", "1");
        var silo = _cluster.Silos[1];

        var unknown = await http.PostAsync("/multiplex/silos/nobody/drain", null, TestContext.Current.CancellationToken);
        var drained = await http.PostAsync($"/multiplex/silos/{silo.SiloName}/drain", null, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.OK), (unknown.StatusCode, drained.StatusCode));
        Assert.Contains("'silo-", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(0, await silo.WhenEndedAsync());
        await load.WaitForMoreAsync(100);
        await load.EndAsync();
        Assert.Empty(_faults);
        Assert.Empty(_cold);
    }

    [Fact]
    public async Task Kill_ASiloUnderLoad_EveryAnswerIsRightItsModelsAreBackAndAllCountIt()
    {
        await WarmUpAsync();
        await using var load = StartLoad();
        await load.WaitForMoreAsync(100);

        await _cluster.Silos[2].KillAsync();
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        await load.WaitForMoreAsync(400);

        await load.EndAsync();
        Assert.Empty(_faults);

        // A model may be on both for a while: who places it waits a quarter of a second only for the other to say that it holds it.
        Assert.Equal(Models, (await _cluster.GetResidentsAsync()).Values.SelectMany(static models => models).Distinct().Count());
        foreach (var process in new[] { _cluster.Front, _cluster.Silos[0], _cluster.Silos[1] })
        {
            await WaitForDeathAsync(process);
        }
    }

    [Fact]
    public async Task Stop_OthersAreFull_TheMostRecentlyUsedMove()
    {
        for (var i = Models + 1; i <= 30; i++)
        {
            _cluster.AddModel(i);
        }

        // All places of the cluster are taken; what the first silo has was used last.
        using var http = _cluster.Front.CreateClient();
        for (var i = 1; i <= 30; i++)
        {
            await AskAsync(http, i);
        }

        var before = await _cluster.GetResidentsAsync();
        var leaving = before[_cluster.Silos[0].SiloName];
        var kept = leaving.Take(3).ToArray();
        foreach (var model in kept)
        {
            await AskAsync(http, int.Parse(model, System.Globalization.CultureInfo.InvariantCulture));
        }

        await _cluster.Silos[0].StopAsync();
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);

        var after = (await _cluster.GetResidentsAsync()).Values.SelectMany(static models => models).ToArray();
        Assert.Equal(20, after.Length);
        Assert.Empty(kept.Except(after));
    }

    private static async Task WaitForDeathAsync(HostProcess process)
    {
        using var http = process.CreateClient();
        await ChecklistGateway.UntilAsync(
            async () => (await http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Contains("\nmultiplex_cluster_deaths_total{} 1", StringComparison.Ordinal),
            "the death is counted");
    }

    private async Task WarmUpAsync()
    {
        using var http = _cluster.Front.CreateClient();
        for (var i = 1; i <= Models; i++)
        {
            await AskAsync(http, i);
        }

        _cold.Clear();
    }

    private BackgroundLoad StartLoad() => new(8, AskOneAsync, _cluster.Front);

    private Task AskOneAsync(HttpClient http, Random random) => AskAsync(http, random.Next(1, Models + 1));

    private async Task AskAsync(HttpClient http, int model)
    {
        Interlocked.Increment(ref _asked);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/");
        request.Headers.Add("serve_multiplexed_model_id", $"{model}");
        request.Content = JsonContent.Create(new { inputs = new[] { new { name = "x", datatype = "FP32", shape = new[] { 1, 4 }, data = new[] { 1, 1, 1, 1 } } } });
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var answer = response.IsSuccessStatusCode
            ? JsonDocument.Parse(text).RootElement.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble() - 1
            : double.NaN;
        if (answer != model)
        {
            _faults.Enqueue($"{model}: {response.StatusCode} {text}");
        }

        if (response.Headers.TryGetValues("x-multiplex-cold", out var cold) && cold.Single() == "true")
        {
            _cold.Enqueue($"{model} on {response.Headers.GetValues("x-multiplex-silo").Single()}");
        }
    }
}
