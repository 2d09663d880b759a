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
    private Action<InferenceRequest, CancellationToken> _onRun = static (_, _) => { };
    private volatile int _ranOn;

    public LocalCallTests() => _engine.OnRun = (request, stop) =>
    {
        _ranOn = Environment.CurrentManagedThreadId;
        _onRun(request, stop);
    };

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
    public async Task Infer_ShortRunThatIsAwaitedAtOnce_HasTheCallersThread()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");

        await BeQuickAsync(cluster);

        Assert.False(await AskHereAsync(cluster, mayRunHere: false));
    }

    [Fact]
    public async Task Infer_CallerGoesOnInTurns_GoesThroughTheGrain()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");
        var turns = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;

        Assert.True(await Task.Run(() => IsTakenAsync(cluster), Waiting.Token));
        Assert.False(await Task.Factory.StartNew(() => IsTakenAsync(cluster), Waiting.Token, TaskCreationOptions.None, turns).Unwrap());
        Assert.False(await Task.Factory.StartNew(() => IsTakenAsync(cluster), Waiting.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_CallerHasGone_EndsTheRunAndTheLease(bool isHere)
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");
        await BeQuickAsync(cluster);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Waiting.Token);
        _onRun = (_, stop) =>
        {
            gone.Cancel();
            stop.WaitHandle.WaitOne();
            stop.ThrowIfCancellationRequested();
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Task.Run(() => cluster.Get<ILocalModels>().TryInferAsync("m", new InferenceRequest([]), isHere, gone.Token)!, Waiting.Token)).Soon();

        await Waiting.UntilAsync(() => Assert.Single(cluster.Residents()).Report().InFlight == 0);
    }

    [Fact]
    public async Task Infer_CallerHadGoneBefore_IsNoUse()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => cluster.Get<IMultiplexClient>().InferAsync("m", [], cancellationToken: new CancellationToken(canceled: true)));

        Assert.Equal(0, Assert.Single(cluster.Residents()).Report().Hits);
    }

    [Fact]
    public async Task Infer_EvictedWhileItRunsHere_IsReleasedAfterItsRun()
    {
        _folder.Add("m");
        await using var cluster = await StartAsync();
        await InferAsync(cluster, "m");
        await BeQuickAsync(cluster);
        Task? unload = null;
        _onRun = (_, _) =>
        {
            unload = cluster.EvictAsync(0, "m@1");
            SpinWait.SpinUntil(() => cluster.Residents().All(one => one.Gate.IsClosed), TimeSpan.FromSeconds(10));
            Assert.False(unload.IsCompleted);
        };

        await AskHereAsync(cluster, mayRunHere: true);

        await unload!.Soon();
        Assert.Empty(cluster.Residents());
    }

    // The first runs of a model are slow.
    private async Task BeQuickAsync(TestCluster cluster)
    {
        while (!await AskHereAsync(cluster, mayRunHere: true))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, Waiting.Token);
        }
    }

    // Whether the model ran on the caller's own thread.
    private Task<bool> AskHereAsync(TestCluster cluster, bool mayRunHere) => Task.Run(
        async () =>
        {
            var answer = cluster.Get<ILocalModels>().TryInferAsync("m", new InferenceRequest([]), mayRunHere, Waiting.Token)!;
            var isHere = answer.IsCompletedSuccessfully && _ranOn == Environment.CurrentManagedThreadId;
            await answer;
            return isHere;
        },
        Waiting.Token);

    private static async Task<bool> IsTakenAsync(TestCluster cluster)
    {
        if (cluster.Get<ILocalModels>().TryInferAsync("m", new InferenceRequest([]), mayRunHere: false, Waiting.Token) is not { } answer)
        {
            return false;
        }

        await answer;
        return true;
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
