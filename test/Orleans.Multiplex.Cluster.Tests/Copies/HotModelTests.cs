using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Copies;

/// <summary>A model that is asked for more than one silo can answer.</summary>
public sealed class HotModelTests
{
    [Fact]
    public async Task Hot_ThreeSilos_AllAnswerUntilItCools()
    {
        await using var hot = await HotModel.StartAsync();
        hot.Heat();

        await Waiting.UntilAsync(() => hot.Silos.Count() == 3);
        hot.Answers.Clear();
        await Waiting.UntilAsync(() => hot.Answers.Select(static answer => answer.Silo).Distinct().Count() == 3);
        await hot.CoolAsync();

        Assert.All(hot.Answers, static answer => Assert.False(answer.IsCold));
        Assert.Equal(3, hot.Loads);
        await Waiting.UntilAsync(() => hot.Silos.Count() == 1);
        Assert.Equal(hot.First, hot.Silos.Single());
        Assert.Equal(
            [0, 0, 100],
            Enumerable.Range(0, 3).Select(silo => hot.Cluster.Inner.Get<SiloQuota>(silo).ChargedBytes).Order());
        Assert.Contains(hot.Cluster.Inner.Log.All, static line => line.Contains("Cooled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Hot_MayHaveOneCopy_StaysWhereItIs()
    {
        await using var hot = await HotModel.StartAsync(silos: 2, configure: static options => options.MaxCopies = 1);
        hot.Heat();
        await Waiting.UntilAsync(() => !hot.Answers.IsEmpty);

        await Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, Waiting.Token);

        Assert.Single(hot.Silos);
        await hot.CoolAsync();
    }

    // Ray's T14: with one place on each replica, two requests that come together for the same model run together.
    [Fact]
    public async Task TwoCopies_TwoRequestsAtOnce_RunOnDifferentSilos()
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        await LearnAsync(hot);

        for (var i = 0; i < 10; i++)
        {
            var answers = await Task.WhenAll(hot.AskAsync(), hot.AskAsync());
            Assert.NotEqual(answers[0].Silo, answers[1].Silo);
        }
    }

    private static async Task LearnAsync(HotModel hot)
    {
        HashSet<string> silos = [];
        while (silos.Count < 2)
        {
            silos.UnionWith((await Task.WhenAll(hot.AskAsync(), hot.AskAsync())).Select(static answer => answer.Silo));
        }
    }
}
