using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData(typeof(ZeroGrain), "is 0")]
    [InlineData(typeof(MinusTwoGrain), "is -2")]
    public async Task T9_ClassWithAnImpossibleQuota_StopsTheStartAndIsNamed(Type grainClass, string value)
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => TestCluster.StartAsync(classes: grainClass));

        Assert.Contains($"class {grainClass.FullName} {value}; it must be a positive number, or -1 for no limit.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithManyFaults_ListsEachOfThem()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => TestCluster.StartAsync(
            configure: options =>
            {
                options.MaxModelsPerSilo = 0;
                options.RequestTimeout = TimeSpan.Zero;
                options.MaxBytesPerSilo = new ByteSize(0);
                options.Load.MaxWaiting = 0;
                options.Load.RoomTimeout = TimeSpan.FromHours(1);
                options.Execution.MaxQueued = -1;
                options.Pools["Nowhere"] = new PoolOptions { MaxModelsPerSilo = -3 };
            },
            classes: [typeof(ZeroGrain), typeof(TwinGrain), typeof(StoreGrain)]));

        Assert.All(
            [
                "Multiplex:MaxModelsPerSilo is", "Multiplex:RequestTimeout is", "Multiplex:MaxBytesPerSilo is", "Multiplex:Load:MaxWaiting is",
                "Multiplex:Load:RoomTimeout is", "Multiplex:Execution:MaxQueued is", "Multiplex:Pools:Nowhere:MaxModelsPerSilo is",
                "Multiplex:Pools:Nowhere names no pool", typeof(ZeroGrain).FullName!, typeof(TwinGrain).FullName!,
                $"Class {typeof(StoreGrain).FullName} takes its models from the store",
            ],
            fault => Assert.Contains(fault, error.Message, StringComparison.Ordinal));
        Assert.Equal(11, error.Faults.Count);
    }

    [Fact]
    public async Task Start_OfAnySilo_GivesItsCallsMoreTimeThanARequestMayAskFor()
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2, routing: 1, configure: options => options.MaxRequestTimeout = TimeSpan.FromMinutes(20));

        Assert.All([0, 1], silo => Assert.Equal(
            TimeSpan.FromMinutes(20) + TimeSpan.FromSeconds(5), cluster.Get<IOptions<SiloMessagingOptions>>(silo).Value.ResponseTimeout));
    }

    [Theory]
    [InlineData(0, 0.2)]
    [InlineData(3, 3)]
    public async Task Start_OfAnySilo_LeavesItsLastAnswersTimeToArriveBeforeTheNewsOfItsEnd(double configured, double expected)
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2,
            routing: 1,
            configureSilo: silo => silo.Configure<SiloMessagingOptions>(
                messaging => messaging.WaitForMessageToBeQueuedForOutboundTime = TimeSpan.FromSeconds(configured)));

        Assert.All([0, 1], silo => Assert.Equal(
            TimeSpan.FromSeconds(expected), cluster.Get<IOptions<SiloMessagingOptions>>(silo).Value.WaitForMessageToBeQueuedForOutboundTime));
    }

    [Theory]
    [InlineData(null, 100_000)]
    [InlineData(200_000, 200_000)]
    public async Task Start_OfAnySilo_CachesAsManyAddressesAsModelsNeed(int? configured, int expected)
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2,
            routing: 1,
            configureSilo: silo => silo.Configure<GrainDirectoryOptions>(directory => directory.CacheSize = configured ?? directory.CacheSize));

        Assert.All([0, 1], silo => Assert.Equal(expected, cluster.Get<IOptions<GrainDirectoryOptions>>(silo).Value.CacheSize));
    }

    [Fact]
    public async Task Start_OfARoutingSiloWithTheSettingsOfTheOthers_IsGood()
    {
        await using var cluster = await TestCluster.StartAsync(
            silos: 2, routing: 1, configure: options => options.Pools["Fake"] = new PoolOptions { MaxModelsPerSilo = 1 });

        Assert.Equal("1", await cluster.CallAsync("1").Soon());
    }
}
