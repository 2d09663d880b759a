using Orleans.Configuration;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

/// <summary>Ray Serve's own cases for its router, as placement and residency.</summary>
public sealed class RoutingTests
{
    private static readonly Action<MultiplexOptions> QuotaOfThree = options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 3 };

    [Fact]
    public async Task T12_ModelOnOneOfTwoSilos_AnswersThereForEveryCaller()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);
        var holder = await cluster.WhereAsync("1").Soon();

        var external = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => cluster.WhereAsync("1"))).Soon();
        var inside = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => cluster.GrainFrom<IFakeGrain>(i % 2, "1").WhereAsync(Waiting.Token))).Soon();

        Assert.All(external.Concat(inside), silo => Assert.Equal(holder, silo));
        Assert.Equal(1, cluster.CountEvents("load"));
    }

    [Fact]
    public async Task P2_NewModel_GoesToTheSiloWithFewest()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2, configure: QuotaOfThree);
        var one = await PlaceAsync(cluster, "m1");
        var two = await PlaceAsync(cluster, "m2");
        Assert.NotEqual(one, two);
        var three = await PlaceAsync(cluster, "m3");
        var fewest = three == one ? two : one;

        Assert.Equal(fewest, await PlaceAsync(cluster, "m4"));
    }

    [Fact]
    public async Task P4_OneEmptySilo_GetsTheModel()
    {
        await using var cluster = await TestCluster.StartAsync();

        Assert.Equal("Silo_0", await cluster.WhereAsync("m1").Soon());
    }

    [Fact]
    public async Task P6_InterleavedRequestsForThreeModels_EachGoToTheirHolder()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        string[] ids = ["m1", "m2", "m3"];
        var holders = new Dictionary<string, string>();
        foreach (var id in ids)
        {
            holders[id] = await PlaceAsync(cluster, id);
        }

        Assert.Equal(3, holders.Values.Distinct().Count());
        for (var round = 0; round < 10; round++)
        {
            var requests = ids.Concat(ids).ToList();
            var answers = await Task.WhenAll(requests.Select((id, i) => cluster.GrainFrom<IFakeGrain>(i % 3, id).WhereAsync(Waiting.Token))).Soon();
            Assert.Equal(requests.Select(id => holders[id]), answers);
        }

        Assert.Equal(3, cluster.CountEvents("load"));
    }

    [Fact]
    public async Task P8_RequestsThatWaitForTwoModels_RunInTheOrderOfArrivalOfEachModel()
    {
        await using var cluster = await TestCluster.StartAsync(configure: options => options.Execution.Threads = 1);
        var gates = new[] { cluster.Models().Block("m1"), cluster.Models().Block("m2") };
        var calls = new List<Task>();
        for (var i = 0; i < 10; i++)
        {
            foreach (var id in new[] { "m1", "m2" })
            {
                calls.Add(cluster.GrainFrom<IFakeGrain>(0, id).MarkAsync($"{id} {i}", Waiting.Token));
                await Waiting.UntilAsync(() => cluster.Residents().Sum(resident => resident.Gate.Users) == calls.Count);
            }
        }

        Array.ForEach(gates, gate => gate.SetResult());
        await Task.WhenAll(calls).Soon();

        foreach (var id in new[] { "m1", "m2" })
        {
            Assert.Equal(
                Enumerable.Range(0, 10).Select(i => $"{id} {i}"),
                cluster.Models().Events.All.Where(one => one.StartsWith($"{id} ", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task P11_Decision_RanksTheSilosAndSaysWhy()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3, routing: 1, configure: QuotaOfThree);
        var fuller = await PlaceAsync(cluster, "m1");

        var chosen = await PlaceAsync(cluster, "m2");

        var decision = Assert.Single((await cluster.Sdk.GetModelAsync("m2", Waiting.Token)).Placements);
        Assert.Equal(chosen, decision.Chosen);
        Assert.Equal([chosen, fuller], decision.Candidates.Select(candidate => candidate.Silo));
        Assert.StartsWith("Chosen: has room (0 of 3 models", decision.Candidates[0].Reason, StringComparison.Ordinal);
        Assert.StartsWith("Not chosen: has room (1 of 3 models", decision.Candidates[1].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task G1_CallOfAnOwnClassByTheSdk_ReachesTheModelNamed()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 2);

        var answer = await cluster.Sdk.CallAsync<IFakeGrain, string>("999", (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token);

        Assert.Equal("999", answer);
        Assert.Equal(1, cluster.CountEvents("load 999"));
    }

    [Fact]
    public async Task HotModelAmongColdOnes_IsNeverEvicted()
    {
        await using var cluster = await TestCluster.StartAsync();

        for (var i = 0; i < 20; i++)
        {
            await cluster.CallAsync("hot").Soon();
            await cluster.CallAsync($"cold{i}").Soon();
        }

        Assert.Equal(1, cluster.Models().CountLoads("hot"));
        Assert.Equal(21, cluster.CountEvents("load"));
    }

    [Fact]
    public async Task CallersFromSeveralSilosAtOnce_MakeOneLoadOfEachModel()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        var calls =
            from caller in Enumerable.Range(0, 30)
            from id in new[] { "a", "b", "c" }
            select caller % 4 == 3 ? cluster.CallAsync(id) : cluster.GrainFrom<IFakeGrain>(caller % 4, id).CallAsync(Waiting.Token);

        var answers = await Task.WhenAll(calls).Soon();

        Assert.Equal(30, answers.Count(answer => answer == "b"));
        Assert.Equal(3, cluster.CountEvents("load"));
    }

    private static async Task<string> PlaceAsync(TestCluster cluster, string id)
    {
        cluster.TellAll();
        return await cluster.WhereAsync(id).Soon();
    }
}
