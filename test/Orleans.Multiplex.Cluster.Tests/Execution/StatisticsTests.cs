using Microsoft.Extensions.DependencyInjection;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.Grains;
using Orleans.Multiplex.Storage;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>What silos count of the models of the store, over a cluster.</summary>
public sealed class StatisticsTests : IDisposable
{
    private readonly ModelFolder _folder = new();
    private readonly FakeBackend _engine = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Statistics_OfAModelOnTwoSilosAndEvicted_AreSummedAndStay()
    {
        _folder.Add("m/1");
        _folder.Add("m/2");
        _folder.Add("other");
        await using var cluster = await StartAsync(silos: 2, maxModels: 1);

        // Where it runs first something else lies then, so it runs on the other silo, where room is free.
        var first = cluster.IndexOf(await InferAsync(cluster, "m"));
        await InferAsync(cluster, "m");
        await EvictAllAsync(cluster);
        if (cluster.IndexOf(await InferAsync(cluster, "other")) != first)
        {
            cluster.TellAll();
            Assert.Equal(first, cluster.IndexOf(await InferAsync(cluster, "m@1")));
            await cluster.Sdk.UnloadAsync("other", Waiting.Token).Soon();
        }

        cluster.TellAll();
        await InferAsync(cluster, "m@2");
        Assert.Equal(2, cluster.Get<SiloStatistics>(first).Report("m@2").Single().Success.Count);
        Assert.Equal(1, cluster.Get<SiloStatistics>(1 - first).Report("m@2").Single().Success.Count);

        var before = Assert.Single(await ReadAsync(cluster, "m@2"));
        Assert.Equal((3, 3, 3, 3), (before.Success.Count, before.ExecutionCount, before.InferenceCount, before.Batches.Single().ComputeInfer.Count));
        Assert.True(before.Bytes > 0);

        await EvictAllAsync(cluster);

        var after = Assert.Single(await ReadAsync(cluster, "m@2"));
        Assert.Equal((3, 3, 0), (after.Success.Count, after.Queue.Count, after.Bytes));
        Assert.Equal(before.LastInference, after.LastInference);
        Assert.Contains(after with { Batches = [] }, (await ReadAsync(cluster, null)).Select(one => one with { Batches = [] }));
        Assert.Contains(2, (await ReadAsync(cluster, "m")).Select(one => one.Version));
    }

    [Fact]
    public async Task Statistics_OfManyRequestsThatSucceedAndFail_CountEachOnceAndNeverGoBack()
    {
        foreach (var model in new[] { "a", "b", "c", "d" })
        {
            _folder.Add(model);
        }

        // Half of the models fit, so they come and go while they are counted.
        await using var cluster = await StartAsync(silos: 2, maxModels: 1);
        var runs = 0;
        _engine.FailRun = () => Interlocked.Increment(ref runs) % 3 == 0 ? new InferenceFailedException("any", "bad luck") : null;
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() => ReadUntilAsync(cluster, stop.Token), Waiting.Token);
        var sent = Enumerable.Range(0, 400).Select(i => $"{(char)('a' + (i % 4))}").ToList();

        var outcomes = new List<bool>();
        foreach (var batch in sent.Chunk(20))
        {
            outcomes.AddRange(await Task.WhenAll(batch.Select(model => TryAsync(cluster, model))).Soon());
        }

        await stop.CancelAsync();
        await reader.Soon();
        var counted = await ReadAsync(cluster, null);
        Assert.Equal(["a", "b", "c", "d"], counted.Select(one => one.Model));
        Assert.All(counted, one => Assert.Equal(100, one.Success.Count + one.Fail.Count));
        Assert.Equal(outcomes.Count(succeeded => succeeded), counted.Sum(one => one.Success.Count));
        Assert.All(counted, one => Assert.Equal(one.Success.Count, one.Batches.Sum(batch => batch.ComputeInfer.Count)));
        Assert.All(counted, one => Assert.True(one.Success.Nanoseconds >= one.Queue.Nanoseconds + one.ComputeInfer.Nanoseconds, $"{one}"));
    }

    [Fact]
    public async Task Statistics_OfAModelThatNeverRanOrIsNotThere_AreZerosOrAnError()
    {
        _folder.Add("m/4");
        await using var cluster = await StartAsync(silos: 2);

        var never = Assert.Single(await ReadAsync(cluster, "m"));

        Assert.Equal(("m", 4, default(CountedTime), default(CountedTime)), (never.Model, never.Version, never.Success, never.Fail));
        Assert.Null(never.LastInference);
        Assert.Empty(await ReadAsync(cluster, null));
        Assert.Empty(cluster.Residents().Concat(cluster.Residents(1)));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => ReadAsync(cluster, "nope"));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => ReadAsync(cluster, "m@3"));
        await Assert.ThrowsAsync<InvalidModelIdException>(() => ReadAsync(cluster, "m@x"));
    }

    [Fact]
    public async Task Statistics_OfRequestsThatNeverRan_CountThemWhereTheModelIsKnown()
    {
        _folder.Add("m/4");
        _folder.Add("broken/7");
        await using var cluster = await StartAsync(silos: 1);
        _engine.FailInspect = () => new ModelLoadFailedException("broken", "no graph");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => InferAsync(cluster, "broken"));
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => InferAsync(cluster, "broken"));
        _engine.FailInspect = () => null;
        await Assert.ThrowsAsync<ModelNotFoundException>(() => InferAsync(cluster, "nope"));
        await Assert.ThrowsAsync<ModelNotFoundException>(() => InferAsync(cluster, "m@9"));

        var counted = await ReadAsync(cluster, null);

        var broken = Assert.Single(counted);
        Assert.Equal(("broken", 7, 2, 0), (broken.Model, broken.Version, broken.Fail.Count, broken.Success.Count));
        Assert.True(broken.Fail.Nanoseconds > 0);
    }

    [Fact]
    public async Task Statistics_WhileTheStoreIsDown_CountNoNamesThatMayNotExist()
    {
        _folder.Add("m/4");
        var store = new CountingStore(_folder.Path);
        await using var cluster = await StartAsync(silos: 1, configureSilo: silo => silo.Services.AddSingleton<IModelStore>(store));
        await InferAsync(cluster, "m");
        await EvictAllAsync(cluster);
        store.FailFind = static () => new StoreUnavailableException("any", "down");

        foreach (var model in new[] { "invented", "invented@7", "m" })
        {
            await Assert.ThrowsAsync<StoreUnavailableException>(() => InferAsync(cluster, model));
        }

        var counted = await ReadAsync(cluster, null);
        Assert.All(counted, one => Assert.Equal("m", one.Model));
        Assert.Equal((1, 1), (counted.Sum(one => one.Success.Count), counted.Sum(one => one.Fail.Count)));
    }

    private static async Task ReadUntilAsync(TestCluster cluster, CancellationToken stop)
    {
        var last = new Dictionary<string, ModelStatistics>();
        while (!stop.IsCancellationRequested)
        {
            foreach (var now in await ReadAsync(cluster, null))
            {
                if (last.TryGetValue(now.Model, out var then))
                {
                    Assert.True(now.Success.Count >= then.Success.Count && now.Fail.Count >= then.Fail.Count, $"{then} {now}");
                    Assert.True(now.Success.Nanoseconds >= then.Success.Nanoseconds && !(then.LastInference > now.LastInference), $"{then} {now}");
                }

                last[now.Model] = now;
            }
        }
    }

    private static async Task<System.Collections.Immutable.ImmutableArray<ModelStatistics>> ReadAsync(TestCluster cluster, string? model) =>
        await cluster.Sdk.GetStatisticsAsync(model, Waiting.Token).Soon();

    private static async Task<string> InferAsync(TestCluster cluster, string model) =>
        (await cluster.Sdk.InferAsync(model, [], cancellationToken: Waiting.Token).Soon()).Silo;

    private static async Task<bool> TryAsync(TestCluster cluster, string model)
    {
        try
        {
            await InferAsync(cluster, model);
            return true;
        }
        catch (InferenceFailedException)
        {
            return false;
        }
    }

    private static async Task EvictAllAsync(TestCluster cluster)
    {
        for (var silo = 0; silo < cluster.Silos.Count; silo++)
        {
            foreach (var resident in cluster.Residents(silo))
            {
                await cluster.EvictAsync(silo, resident.Key.GetName(isOneOfSeveral: true)).Soon();
            }
        }
    }

    private Task<TestCluster> StartAsync(int silos, int maxModels = -1, Action<ISiloBuilder>? configureSilo = null) => TestCluster.StartAsync(
        silos: silos,
        configure: options =>
        {
            options.Models = _folder.Path;
            options.MaxModelsPerSilo = maxModels;
        },
        configureSilo: silo =>
        {
            silo.Services.AddSingleton<IInferenceBackend>(_engine);
            configureSilo?.Invoke(silo);
        });
}
