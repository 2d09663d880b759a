using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Calls;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Requests to models that are resident in the caller's own process.</summary>
public sealed class LocalCallTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new() { NeverBlocks = true };
    private readonly ConcurrentQueue<string> _grainCalls = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Infer_ModelIsWarmHere_NeedsNoGrainAndCountsAsAnyOther()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        var cold = await InferAsync(cluster, "m");

        var warm = await InferAsync(cluster, "m");

        Assert.Equal(["m"], _grainCalls);
        Assert.Equal((true, false), (cold.IsCold, warm.IsCold));
        Assert.Equal(("m@1", 1, cold.Silo), (NameOf(warm), warm.Version, warm.Silo));
        Assert.Equal(2, Assert.Single(cluster.Get<SiloStatistics>().Report("m")).Success.Count);
        var report = Assert.Single(cluster.Residents()).Report();
        Assert.Equal((1, 0), (report.Hits, report.InFlight));
    }

    [Fact]
    public async Task Infer_ModelIsElsewhere_GoesThroughItsGrain()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync(silos: 2);
        var silo = cluster.IndexOf((await InferAsync(cluster, "m")).Silo);

        await InferAsync(cluster, "m", 1 - silo);
        await InferAsync(cluster, "m", silo);

        Assert.Equal(["m", "m"], _grainCalls);
    }

    [Fact]
    public async Task Infer_ModelWasEvicted_LoadsItAgainThroughItsGrain()
    {
        _folder.Add("a");
        _folder.Add("b");
        await using var cluster = await StartAsync(maxModels: 1);

        foreach (var model in new[] { "a", "a", "b", "b", "a", "a" })
        {
            Assert.Equal($"{model}@1", NameOf(await InferAsync(cluster, model)));
        }

        Assert.Equal(["a", "b", "a"], _grainCalls);
    }

    [Fact]
    public async Task Infer_UseHere_IsTheLastUseOfTheModel()
    {
        foreach (var model in new[] { "a", "b", "c" })
        {
            _folder.Add(model);
        }

        await using var cluster = await StartAsync(maxModels: 2);
        foreach (var model in new[] { "a", "b", "a", "c" })
        {
            await InferAsync(cluster, model);
        }

        Assert.Equal(["a@1", "c@1"], cluster.Resident().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Infer_ShortRunHere_HasTheCallersThreadButNotAGrainsTurn()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");
        var threads = new ConcurrentQueue<int>();
        _engine.OnRun = (_, _) => threads.Enqueue(Environment.CurrentManagedThreadId);

        // Until the model is known as quick: its first runs were not.
        await Waiting.UntilAsync(() => AskHere(cluster, threads));

        threads.Clear();
        var inTurn = await Task.Factory.StartNew(
            () => AskHere(cluster, threads), Waiting.Token, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);
        Assert.False(inTurn);
    }

    [Fact]
    public async Task Infer_CallerHasGone_EndsTheRunAndTheLease()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Waiting.Token);
        _engine.OnRun = (_, stop) =>
        {
            gone.Cancel();
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cluster.Get<IMultiplexClient>().InferAsync("m", [], cancellationToken: gone.Token)).Soon();

        await Waiting.UntilAsync(() => Assert.Single(cluster.Residents()).Report().InFlight == 0);
        Assert.Equal(["m"], _grainCalls);
    }

    // Whether the answer is there when the call returns, and was given by this thread.
    private static bool AskHere(TestCluster cluster, ConcurrentQueue<int> threads)
    {
        var answer = cluster.Get<ILocalModels>().TryInferAsync("m", new InferenceRequest([]), Waiting.Token);
        Assert.NotNull(answer);
        return answer.IsCompletedSuccessfully && threads.Contains(Environment.CurrentManagedThreadId);
    }

    private static string NameOf(InferenceResponse response) => ((Tensor)response.Outputs[0]).ToStringArray()[0];

    private static Task<InferenceResponse> InferAsync(TestCluster cluster, string model, int silo = 0) =>
        cluster.Get<IMultiplexClient>(silo).InferAsync(model, [], cancellationToken: Waiting.Token).Soon();

    private Task<TestCluster> StartAsync(int silos = 1, int maxModels = 3) => TestCluster.StartAsync(
        silos,
        configure: options =>
        {
            options.Models = _folder.Path;
            options.MaxModelsPerSilo = maxModels;
        },
        configureSilo: silo =>
        {
            silo.Services.AddSingleton<IInferenceBackend>(_engine).AddMultiplexClient();
            silo.AddIncomingGrainCallFilter(async context =>
            {
                if (context.Request.GetMethodName() == nameof(IInferenceGrain.InferAsync))
                {
                    _grainCalls.Enqueue(context.TargetId.Key.ToString()!);
                }

                await context.Invoke();
            });
        });
}
