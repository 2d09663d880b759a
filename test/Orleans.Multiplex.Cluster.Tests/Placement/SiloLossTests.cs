using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class SiloLossTests
{
    private static readonly string[] Ids = ["m0", "m1", "m2", "m3", "m4", "m5"];

    [Fact]
    public async Task SiloThatLeavesInGoodOrderUnderCalls_FailsNoneOfTheSdks()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        await Task.WhenAll(Ids.Select(CallAsync)).Soon();
        var leaving = Enumerable.Range(0, 3).First(silo => cluster.Models(silo).Live > 0);
        var models = cluster.Models(leaving);
        var hasLeft = false;
        var callers = Ids.Select(id => Task.Run(async () =>
        {
            var answers = 0;
            for (; !Volatile.Read(ref hasLeft); answers++)
            {
                Assert.Equal(id, await CallAsync(id));
            }

            Assert.Equal(id, await CallAsync(id));
            return answers;
        })).ToList();

        await cluster.Inner.StopSiloAsync(cluster.Silos[leaving], Waiting.Token).Soon();
        Volatile.Write(ref hasLeft, true);

        Assert.All(await Task.WhenAll(callers).Soon(), answers => Assert.True(answers > 0));
        Assert.Equal(0, models.Live);

        Task<string> CallAsync(string id) =>
            cluster.Sdk.CallAsync<IFakeGrain, string>(id, (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token);
    }

    [Fact]
    public async Task SiloThatDies_ItsModelsComeBackElsewhere()
    {
        await using var cluster = await TestCluster.StartAsync(silos: 3);
        foreach (var id in Ids)
        {
            await cluster.CallAsync(id).Soon();
        }

        var dying = Enumerable.Range(1, 2).First(silo => cluster.Models(silo).Live > 0);
        await cluster.Inner.KillSiloAsync(cluster.Silos[dying], Waiting.Token).Soon();

        foreach (var id in Ids)
        {
            Assert.Equal(
                id,
                await cluster.Sdk.CallAsync<IFakeGrain, string>(id, (grain, token) => grain.CallAsync(token), cancellationToken: Waiting.Token).Soon());
        }

        Assert.All(Enumerable.Range(0, cluster.Silos.Count), silo => Assert.InRange(cluster.Models(silo).MaxLive, 1, 2));
    }
}
