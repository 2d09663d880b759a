using System.Net;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>Silos and a gateway that find each other through a real Redis server.</summary>
public sealed class RedisClusterTests : IAsyncLifetime
{
    private const int Models = 8;

    private ServiceScript _redis = null!;
    private ProcessCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await ServiceScript.StartAsync("redis");
        _cluster = await StartAsync("--Multiplex:Cluster:Provider=Redis", $"--Multiplex:Cluster:ConnectionString={_redis.Values["REDIS"]}");
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Infer_ClusterThatOrleansDeclares_ModelsAreOnBothSilos()
    {
        await using var declared = await StartAsync(
            "--Multiplex:Cluster:Provider=None",
            "--Multiplex:Cluster:ClusterId=multiplex",
            "--Orleans:ClusterId=declared",
            "--Orleans:ServiceId=declared",
            "--Orleans:Clustering:ProviderType=Redis",
            $"--Orleans:Clustering:ConnectionString={_redis.Values["REDIS"]}");
        using var http = declared.Front.CreateClient();
        await declared.WaitForSilosAsync(2, TestContext.Current.CancellationToken);

        await AskAllAsync(http);

        Assert.All((await declared.GetResidentsAsync()).Values, Assert.NotEmpty);
    }

    [Fact]
    public async Task Infer_ThroughTheGateway_ModelsAreOnBothSilosAndAnswerRight()
    {
        using var http = _cluster.Front.CreateClient();
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);

        await AskAllAsync(http);

        var residents = await _cluster.GetResidentsAsync();
        Assert.Equal(2, residents.Count);
        Assert.All(residents, static silo => Assert.NotEmpty(silo.Value));
        Assert.Equal(Models, residents.Values.Sum(static models => models.Length));
        Assert.All(residents.Keys, static name => Assert.StartsWith($"{Environment.MachineName}-", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Infer_ASiloIsKilled_AllModelsAnswerFromTheOtherAndTheDeadOneLeavesTheView()
    {
        using var http = _cluster.Front.CreateClient();
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        await AskAllAsync(http);

        await _cluster.Silos[0].KillAsync();

        await AskAllAsync(http);
        await _cluster.WaitForSilosAsync(1, TestContext.Current.CancellationToken);
        Assert.Equal(Models, Assert.Single(await _cluster.GetResidentsAsync()).Value.Length);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_RedisIsAway_WarmModelsAnswerAndItGoesOnAfterwards(bool isLost)
    {
        using var http = _cluster.Front.CreateClient();
        await _cluster.WaitForSilosAsync(2, TestContext.Current.CancellationToken);
        await AskAllAsync(http);

        await (isLost ? _redis.KillAsync() : _redis.PauseAsync());
        var end = TimeProvider.System.GetTimestamp() + (8 * TimeProvider.System.TimestampFrequency);
        while (TimeProvider.System.GetTimestamp() < end)
        {
            await AskAllAsync(http);
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        await (isLost ? _redis.RestartAsync() : _redis.ResumeAsync());
        await AskAllAsync(http);
        await _cluster.AddSiloAsync(ProcessCluster.Silo);
        await _cluster.WaitForSilosAsync(3, TestContext.Current.CancellationToken);
        await AskAllAsync(http);
    }

    private static async Task<ProcessCluster> StartAsync(params string[] settings)
    {
        var cluster = await ProcessCluster.StartAsync(silos: 2, ProcessCluster.Silo, [.. settings, "--Multiplex:MaxModelsPerSilo=8"]);
        for (var i = 1; i <= Models; i++)
        {
            cluster.AddModel(i);
        }

        return cluster;
    }

    private static async Task AskAllAsync(HttpClient http)
    {
        for (var i = 1; i <= Models; i++)
        {
            var (status, added, _) = await ProcessCluster.InferAsync(http, i);
            Assert.Equal((HttpStatusCode.OK, i), (status, added is { } number ? (int)Math.Round(number) : -1));
        }
    }
}
