using Orleans.Multiplex.Grains.Copies;
using Orleans.Multiplex.Grains.HandOver;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Copies;

/// <summary>What becomes of copies when silos go, models are unloaded, and versions change.</summary>
public sealed class CopyLifeTests
{
    [Fact]
    public async Task Evicted_WhereItsGrainIs_AnswersWarmFromTheCopy()
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        await hot.AskAsync();
        var first = hot.First;

        await hot.Cluster.Inner.EvictAsync(first, HotModel.Name).Soon();

        // Until its grain has gone, which says that it was there, the model would be loaded by it anew; and the others have to hear of it.
        await Waiting.UntilAsync(() => hot.Cluster.Inner.Loose(first).Count == 0);
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, Waiting.Token);
        for (var i = 0; i < 20; i++)
        {
            Assert.False((await hot.AskAsync()).IsCold);
        }

        // And who decides now brings the other copy back.
        await Waiting.UntilAsync(() => hot.Silos.Count() == 2 && hot.First != first);
        Assert.Equal(3, hot.Loads);
    }

    [Fact]
    public async Task Evicted_WhereItIsACopy_TheOtherAnswersAndItComesBack()
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        hot.Heat(callers: 4);
        await Waiting.UntilAsync(() => hot.Answers.Select(static answer => answer.Silo).Distinct().Count() == 2);

        await hot.Cluster.Inner.EvictAsync(1 - hot.First, HotModel.Name).Soon();

        await Waiting.UntilAsync(() => hot.Loads == 3 && hot.Silos.Count() == 2);
        await hot.CoolAsync();
        Assert.DoesNotContain(hot.Answers, static answer => answer.IsCold);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task SiloGoes_OfTheGrainOrOfTheCopy_NothingFailsAndNothingIsCold(bool first, bool kill)
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        hot.Heat(callers: 8);
        await Waiting.UntilAsync(() => hot.Answers.Select(static answer => answer.Silo).Distinct().Count() == 2);
        // A silo that is lost during a model's first run has the model quarantined, and that the run has ended takes a moment to be told.
        await Waiting.UntilAsync(() => Enumerable.Range(0, 2).All(
            silo => hot.Cluster.Inner.Get<ClusterResidencyView>(silo).Rows.All(static row => row.Openings.IsEmpty)));
        var silo = hot.Cluster.Inner.Silos[first ? hot.First : 1 - hot.First];

        await (kill ? hot.Cluster.Inner.Inner.KillSiloAsync(silo, Waiting.Token) : hot.Cluster.Inner.Inner.StopSiloAsync(silo, Waiting.Token)).Soon();

        hot.Answers.Clear();
        await Waiting.UntilAsync(() => hot.Answers.Count >= 50);
        await hot.CoolAsync();
        Assert.DoesNotContain(hot.Answers, static answer => answer.IsCold);
    }

    [Fact]
    public async Task Unload_ByAnOperator_TakesAllCopies()
    {
        await using var hot = await HotModel.StartAsync(silos: 2, settings: """{"minCopies": 2}""");
        await hot.AskAsync();
        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);

        await hot.Cluster.Sdk.UnloadAsync("hot", Waiting.Token).Soon();

        Assert.Empty(hot.Silos);
        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Waiting.Token);
        Assert.Empty(hot.Silos);
    }

    [Fact]
    public async Task NewVersion_IsSwappedInOnAllSilos()
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        hot.Heat(callers: 4);

        hot.Folder.Add("hot/2");

        await Waiting.UntilAsync(() => hot.Cluster.Ready().Count(static name => name == "hot@2") == 2);
        await hot.CoolAsync();
        hot.Answers.Clear();
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => hot.AskAsync())), static answer => Assert.Equal(2, answer.Version));
    }

    [Fact]
    public async Task Unload_WhileACopyIsLoaded_LeavesNone()
    {
        await using var hot = await HotModel.StartAsync(settings: """{"minCopies": 2}""");
        using var go = new ManualResetEventSlim();
        var opened = 0;
        hot.Engine.OnOpen = _ =>
        {
            if (Interlocked.Increment(ref opened) > 1)
            {
                go.Wait(Waiting.Token);
            }
        };
        await hot.AskAsync();
        await Waiting.UntilAsync(() => Volatile.Read(ref opened) == 2);

        var unloading = hot.Cluster.Sdk.UnloadAsync("hot", Waiting.Token);
        await Waiting.UntilAsync(() => !hot.Silos.Any());
        go.Set();
        await unloading.Soon();

        await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System, Waiting.Token);
        Assert.Empty(hot.Silos);
        Assert.True(hot.Loads == 2, string.Join("\n", hot.Cluster.Inner.Log.All));
    }

    [Fact]
    public async Task Grain_GoesWhereNoCopyIs_TakesTheOthersAlong()
    {
        await using var hot = await HotModel.StartWithCopyAsync(silos: 3);
        await hot.AskAsync();
        var (first, other) = (hot.First, Enumerable.Range(0, 3).Except(hot.Silos).Single());
        var copy = hot.Silos.Single(silo => silo != first);
        var resident = hot.Cluster.Inner.Residents(first).Single(static one => one.Key.ModelId == "hot");

        await hot.Cluster.Inner.Get<ModelHandOver>(first).MoveAsync(resident, hot.Cluster.Inner.Silos[other].SiloAddress, Waiting.Token).Soon();

        // Whoever comes to the grain first has it take its model; the others may be answered by the copy.
        hot.Heat(callers: 4);
        await Waiting.UntilAsync(() => hot.Silos.Order().SequenceEqual(new[] { copy, other }.Order()) && hot.First == other);
        await Waiting.UntilAsync(() => hot.Cluster.Inner.Get<ModelCopies>(copy).Find("hot")?.List.First.Equals(hot.Cluster.Inner.Silos[other].SiloAddress) == true);
        await hot.CoolAsync();
        Assert.Equal(3, hot.Loads);
        Assert.DoesNotContain(hot.Answers, static answer => answer.IsCold);
    }

    [Fact]
    public async Task Take_OfACopyWhereTheGrainIs_IsReadyAndStaysTheModels()
    {
        await using var hot = await HotModel.StartWithCopyAsync();
        var first = hot.First;
        var list = hot.Cluster.Inner.Get<ModelCopies>(1 - first).Find("hot")!.List;

        var answer = await hot.Cluster.Inner.Get<ModelReception>(first).TakeAsync(new HandedModel(ModelKey.Create("hot", 1), TimeSpan.Zero, default, list)).Soon();

        Assert.Equal(HandOverAnswer.IsReady, answer);
        Assert.Null(hot.Cluster.Inner.Get<ModelCopies>(first).Find("hot"));
        Assert.Equal(2, hot.Loads);
    }

    [Fact]
    public async Task PinnedByItsFile_ItsCopyIsNotAndNewVersionsComeAllTheSame()
    {
        await using var hot = await HotModel.StartAsync(silos: 2, settings: """{"minCopies": 2, "pin": true}""");
        await hot.AskAsync();
        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(silo => hot.Cluster.Inner.Residents(silo).Single().IsPinned).Order());

        hot.Folder.Add("hot/2", "model.json", """{"minCopies": 2, "pin": true}""");
        hot.Folder.Add("hot/2");

        // The version before is there until its last use has ended.
        await Waiting.UntilAsync(() => hot.Cluster.Ready().SequenceEqual(["hot@2", "hot@2"]) && Enumerable.Range(0, 2).All(silo => hot.Cluster.Inner.Residents(silo).Count == 1));
        Assert.Equal([false, true], Enumerable.Range(0, 2).Select(silo => hot.Cluster.Inner.Residents(silo).Single().IsPinned).Order());
    }

    [Fact]
    public async Task Pinned_ItsCopyIsNot()
    {
        await using var hot = await HotModel.StartWithCopyAsync();

        await hot.Cluster.Sdk.PinAsync("hot", Waiting.Token).Soon();

        var first = hot.First;
        await Waiting.UntilAsync(() => hot.Cluster.Inner.Residents(first).Single().IsPinned);
        Assert.False(hot.Cluster.Inner.Residents(1 - first).Single().IsPinned);
    }

    [Fact]
    public async Task AskedByVersion_HasCopiesToo()
    {
        await using var hot = await HotModel.StartAsync(silos: 2, settings: """{"minCopies": 2}""");

        await hot.AskAsync("hot@1");

        await Waiting.UntilAsync(() => hot.Silos.Count() == 2);
        Assert.False((await hot.AskAsync("hot@1")).IsCold);
        Assert.Equal(2, hot.Loads);
    }
}
