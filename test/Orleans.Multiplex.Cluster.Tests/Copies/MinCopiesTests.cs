using Orleans.Multiplex.Grains.Copies;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Copies;

/// <summary>Models of which there are always several copies.</summary>
public sealed class MinCopiesTests
{
    [Fact]
    public async Task Settings_SayTwo_IsLoadedOnTwoSilosWithoutARequest()
    {
        await using var hot = await HotModel.StartAsync(configure: static options => options.Copies["hot"] = new CopyOptions { MinCopies = 2 });

        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);

        Assert.False((await hot.AskAsync()).IsCold);
        Assert.Equal(2, hot.Loads);
        Assert.Equal(0, (await hot.Cluster.Sdk.GetSilosAsync(Waiting.Token)).Sum(static silo => silo.Preloading));
    }

    [Fact]
    public async Task Settings_SayOne_IsLoadedOnce()
    {
        await using var hot = await HotModel.StartAsync(configure: static options => options.Copies["hot"] = new CopyOptions { MinCopies = 1 });

        await Waiting.UntilAsync(() => hot.Silos.Count() == 1);

        Assert.False((await hot.AskAsync()).IsCold);
    }

    [Fact]
    public async Task ModelsOwnFile_SaysTwo_IsCopiedWhenItIsLoaded()
    {
        await using var hot = await HotModel.StartAsync(settings: """{"minCopies": 2, "maxCopies": 2}""");
        Assert.Empty(hot.Silos);

        await hot.AskAsync();

        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);
        var report = await hot.Cluster.Sdk.GetModelAsync("hot", Waiting.Token);
        Assert.Equal([false, true], report.Locations.Select(static location => location.Resident.IsCopy).Order());
    }

    [Fact]
    public async Task Settings_OfTheSilo_GoBeforeTheModelsOwn()
    {
        await using var hot = await HotModel.StartAsync(
            settings: """{"minCopies": 3}""", configure: static options => options.Copies["hot"] = new CopyOptions { MinCopies = 2, MaxCopies = 2 });

        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Waiting.Token);

        Assert.Equal(2, hot.Silos.Count());
    }
}
