using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.OwnModels;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests;

/// <summary>What holds between processes: three silos with two models each, a gateway, and Orleans clients.</summary>
public sealed class ClusterTests : IAsyncLifetime
{
    private const int Quota = 2;

    private ProcessCluster _cluster = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await ProcessCluster.StartAsync(silos: 3, ProcessCluster.OwnModels, $"--Multiplex:MaxModelsPerSilo={Quota}");
        for (var i = 1; i <= 12; i++)
        {
            _cluster.AddModel(i);
        }
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Infer_AsManyModelsAsPlaces_EachIsLoadedOnceAndStays()
    {
        using var http = _cluster.Front.CreateClient();

        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 60).Select(i => AssertAnswersAsync(http, (i % 6) + 1)));
        }

        Assert.Equal(6, CountLogged("Successfully loaded model"));
        Assert.Equal(0, CountLogged("Unloading model"));
        var residents = await _cluster.GetResidentsAsync();
        Assert.Equal(3, residents.Count);
        Assert.All(residents.Values, models => Assert.Equal(Quota, models.Length));
        Assert.Equal(6, residents.Values.SelectMany(models => models).Distinct().Count());
    }

    [Fact]
    public async Task Infer_TwiceAsManyModelsAsPlaces_NeverAboveTheQuotaAndEveryAnswerIsRight()
    {
        using var http = _cluster.Front.CreateClient();
        var sdk = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IMultiplexClient>();
        var mostSeen = new ConcurrentDictionary<string, int>();

        var callers = Enumerable.Range(0, 16).Select(async caller =>
        {
            var random = new Random(caller);
            for (var i = 0; i < 60; i++)
            {
                var model = random.Next(1, 13);
                if (caller % 2 == 0)
                {
                    await AssertAnswersAsync(http, model);
                }
                else
                {
                    var answer = await sdk.InferAsync($"{model}", [Tensor.Create("x", [1f, 2, 3, 4], 1, 4)], cancellationToken: TestContext.Current.CancellationToken);
                    Assert.Equal(1f + model, answer.Outputs.OfType<Tensor>().Single().AsSpan<float>()[0]);
                }
            }
        });
        var watching = WatchAsync(mostSeen, Task.WhenAll(callers));

        await watching;
        Assert.NotEqual(0, CountLogged("Unloading model"));
        Assert.All(mostSeen, silo => Assert.InRange(silo.Value, 1, Quota));
        Assert.Equal(0, CountLogged("Failed to load"));
    }

    [Fact]
    public async Task Call_OwnGrainByAPlainOrleansClient_WorksWhileItsModelsComeAndGo()
    {
        var grains = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IClusterClient>();
        var token = TestContext.Current.CancellationToken;

        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 9; i++)
            {
                var greeting = await grains.GetGrain<IGreeterGrain>($"word{i}").GreetAsync("Ada", token);
                Assert.Equal(($"word{i}", $"word{i}, Ada!"), (greeting.Model, greeting.Text));
            }
        }

        var residents = await _cluster.GetResidentsAsync("GreeterGrain");
        Assert.All(residents.Values, models => Assert.InRange(models.Length, 1, 2));
        Assert.Equal(6, residents.Values.Sum(models => models.Length));
    }

    [Fact]
    public async Task Call_EvictedModelWhoseOldSiloIsFull_GoesToTheSiloThatHasRoom()
    {
        var grains = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IClusterClient>();
        var token = TestContext.Current.CancellationToken;
        var models = Enumerable.Range(0, 7).Select(i => $"word{i}").ToList();
        foreach (var model in models)
        {
            await grains.GetGrain<IGreeterGrain>(model).GreetAsync("a", token);
        }

        // Seven models had six places: one was evicted, and each silo that called it has its old address.
        var residents = await _cluster.GetResidentsAsync("GreeterGrain");
        var evicted = models.Except(residents.Values.SelectMany(held => held)).Single();
        var joined = await _cluster.AddSiloAsync(ProcessCluster.OwnModels);
        await _cluster.WaitForSilosAsync(4, TestContext.Current.CancellationToken);

        Assert.Equal(joined.SiloName, (await grains.GetGrain<IGreeterGrain>(evicted).GreetAsync("a", token)).Silo);
        Assert.Equal(7, (await _cluster.GetResidentsAsync("GreeterGrain")).Values.Sum(held => held.Length));
    }

    [Fact]
    public async Task Errors_BetweenProcesses_ArriveAsTheirTypesWithTheirData()
    {
        var host = await _cluster.ConnectAsync(_cluster.Silos);
        var sdk = host.Services.GetRequiredService<IMultiplexClient>();
        var grains = host.Services.GetRequiredService<IClusterClient>();
        var token = TestContext.Current.CancellationToken;
        _cluster.AddModel("garbage", [1, 2, 3, 4, 5]);
        ModelValue[] inputs = [Tensor.Create("x", [1f, 2, 3, 4], 1, 4)];

        var missing = await Assert.ThrowsAsync<ModelNotFoundException>(() => sdk.InferAsync("nowhere", inputs, cancellationToken: token));
        var broken = await Assert.ThrowsAsync<ModelLoadFailedException>(() => sdk.InferAsync("garbage", inputs, cancellationToken: token));
        var wrong = await Assert.ThrowsAsync<InvalidInputException>(
            () => sdk.InferAsync("1", [Tensor.Create("x", [1L, 2, 3, 4], 1, 4)], cancellationToken: token));
        var own = await Assert.ThrowsAsync<ModelLoadFailedException>(() => grains.GetGrain<IGreeterGrain>("broken").GreetAsync("a", token));
        var id = await Assert.ThrowsAsync<InvalidModelIdException>(() => grains.GetGrain<IGreeterGrain>("a/../b").GreetAsync("a", token));

        Assert.Equal(("nowhere", "garbage", "1", "broken"), (missing.ModelId, broken.ModelId, wrong.ModelId, own.ModelId));
        Assert.Equal("x", wrong.InputName);
        Assert.Contains("no greeting", own.Reason, StringComparison.Ordinal);
        Assert.NotNull(broken.RetryAfter);
        Assert.Equal("a/../b", id.ModelId);
    }

    [Fact]
    public async Task Infer_TensorOverTheLimit_IsRefusedAndOtherCallsGoOn()
    {
        var sdk = (await _cluster.ConnectAsync(_cluster.Silos)).Services.GetRequiredService<IMultiplexClient>();
        var token = TestContext.Current.CancellationToken;
        var large = Tensor.Create("x", new float[20_000_000], 5_000_000, 4);

        await Assert.ThrowsAsync<InvalidInputException>(() => sdk.InferAsync("1", [large], cancellationToken: token));
        var answer = await sdk.InferAsync("1", [Tensor.Create("x", [1f, 2, 3, 4], 1, 4)], cancellationToken: token);

        Assert.Equal(2f, answer.Outputs.OfType<Tensor>().Single().AsSpan<float>()[0]);
    }

    [Fact]
    public async Task Infer_WhileASiloIsKilled_IsAnsweredElsewhereWithinItsDeadline()
    {
        using var http = _cluster.Front.CreateClient();
        for (var i = 1; i <= 6; i++)
        {
            await AssertAnswersAsync(http, i);
        }

        var (_, _, victimName) = await ProcessCluster.InferAsync(http, 1);
        var victim = _cluster.Silos.Single(silo => silo.SiloName == victimName);
        var running = Enumerable.Range(0, 4).Select(async caller =>
        {
            for (var i = 0; i < 40; i++)
            {
                await AssertAnswersAsync(http, ((caller + i) % 6) + 1);
            }
        }).ToList();
        await victim.KillAsync();

        await Task.WhenAll(running);
        Assert.NotEqual(victimName, (await ProcessCluster.InferAsync(http, 1)).Silo);
    }

    private static async Task AssertAnswersAsync(HttpClient http, int model)
    {
        var (status, added, _) = await ProcessCluster.InferAsync(http, model);
        Assert.Equal((HttpStatusCode.OK, model), (status, added is { } number ? (int)Math.Round(number) : -1));
    }

    private int CountLogged(string text) => _cluster.Silos.Sum(silo => silo.Lines.Count(line => line.Contains(text, StringComparison.Ordinal)));

    private async Task WatchAsync(ConcurrentDictionary<string, int> most, Task until)
    {
        while (!until.IsCompleted)
        {
            foreach (var (silo, charged) in await _cluster.GetChargedAsync())
            {
                most.AddOrUpdate(silo, charged, (_, seen) => Math.Max(seen, charged));
            }
        }

        await until;
    }
}
