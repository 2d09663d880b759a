using Microsoft.Extensions.Time.Testing;
using Orleans.Configuration;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Residency;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests.Versions;

/// <summary>Models of the store that change while they are asked, opened by ONNX Runtime.</summary>
public sealed class SwapTests : IDisposable
{
    private readonly ModelFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Overwritten_UnderTraffic_NoRequestFailsWaitsOrIsAnsweredByBoth()
    {
        Put("m", 1);
        await using var cluster = await StartAsync();
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");

        for (var factor = 2; factor <= 5; factor++)
        {
            await traffic.MoreAsync(20);
            Put("m", factor);
            await traffic.UntilAsync(factor);
        }

        await UntilSwappedAsync(cluster, times: 4);
        var before = traffic.Answers.Count;
        await traffic.MoreAsync(100);
        var answers = await traffic.EndAsync();
        Assert.All(answers, answer => Assert.True(answer is { IsCold: false, IsWhole: true, Version: 1 }, $"{answer}"));
        Assert.All(answers.Skip(before + 20), answer => Assert.Equal(5, answer.Factor));
        Assert.Equal([1, 2, 3, 4, 5], answers.Select(answer => answer.Factor).Distinct().Order());
        Assert.Equal(1, cluster.Charged(pool: ModelPool.OfStore));
        Assert.Equal(4, cluster.Log.All.Count(line => line == "Information: Unloading model 'm'. Reason: Superseded."));
    }

    [Fact]
    public async Task HigherVersion_UnderTraffic_IsForThoseWhoNameNone()
    {
        Put("m/1", 1);
        await using var cluster = await StartAsync();
        await using var named = await VersionTraffic.StartAsync(cluster, "m@1");
        await using var unnamed = await VersionTraffic.StartAsync(cluster, "m");
        await unnamed.MoreAsync(20);

        Put("m/2", 2);

        await unnamed.UntilAsync(2);
        await named.MoreAsync(20);
        Assert.All(await named.EndAsync(), answer => Assert.True(answer is { Factor: 1, IsCold: false, Version: 1 }, $"{answer}"));
        var answers = await unnamed.EndAsync();
        Assert.All(answers, answer => Assert.True(answer is { IsCold: false, IsWhole: true } && answer.Factor == answer.Version, $"{answer}"));
        Assert.Equal(["m@1", "m@2"], cluster.Resident().Order());
        Assert.Equal(2, (await VersionTraffic.AskAsync(cluster, "m")).Factor);
    }

    [Fact]
    public async Task HigherVersion_NobodyNamesTheOldOne_TakesItsPlace()
    {
        Put("m/1", 1);
        await using var cluster = await StartAsync();
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");

        Put("m/2", 2);

        await traffic.UntilAsync(2);
        Assert.All(await traffic.EndAsync(), answer => Assert.True(answer is { IsCold: false, IsWhole: true }, $"{answer}"));
        await Waiting.UntilAsync(() => cluster.Residents().Count == 1);
        Assert.Equal(["m@2"], cluster.Resident());
    }

    [Fact]
    public async Task HigherVersion_ThatIsResidentAlready_IsNotLoadedAgain()
    {
        Put("m/1", 1);
        await using var cluster = await StartAsync(interval: TimeSpan.FromSeconds(2));
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");
        Put("m/2", 2);
        Assert.Equal(2, (await VersionTraffic.AskAsync(cluster, "m@2")).Factor);

        await traffic.UntilAsync(2);

        Assert.All(await traffic.EndAsync(), answer => Assert.True(answer is { IsCold: false, IsWhole: true }, $"{answer}"));
        Assert.Single(cluster.Log.All, line => line.Contains("Loading model 'm@2'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoRoomForBoth_Postpone_TheOldOneGoesOnAndItIsReported()
    {
        Put("m", 1);
        await using var cluster = await StartAsync(options => options.MaxModelsPerSilo = 1);
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");

        Put("m", 2);

        await cluster.Log.WaitForTextAsync("There is no room for version 1 of model 'm' beside the one that answers, which goes on");
        await Waiting.UntilAsync(() => Newer(cluster) is { State: NewerVersionState.Postponed, Attempts: > 1 });
        var report = (await cluster.Sdk.GetModelAsync("m", Waiting.Token)).Locations.Single(location => location.Resident.State == ResidentState.Ready);
        Assert.Equal(1, report.Resident.Newer!.Version);
        Assert.Contains("no room for 'm'", report.Resident.Newer.Reason, StringComparison.Ordinal);
        Assert.Single(cluster.Log.All, line => line.StartsWith("Warning: There is no room", StringComparison.Ordinal));
        Assert.All(await traffic.EndAsync(), answer => Assert.True(answer is { Factor: 1, IsCold: false, IsWhole: true }, $"{answer}"));
    }

    [Fact]
    public async Task NoRoomForBoth_SwapCold_TheNextRequestLoadsTheNewOne()
    {
        Put("m", 1);
        await using var cluster = await StartAsync(options =>
        {
            options.MaxModelsPerSilo = 1;
            options.Versions.WithoutRoom = WithoutRoom.SwapCold;
        });
        await using var traffic = await VersionTraffic.StartBySdkAsync(cluster, "m");

        Put("m", 2);

        await traffic.UntilAsync(2);
        var answers = await traffic.EndAsync();
        Assert.All(answers, answer => Assert.True(answer.IsWhole, $"{answer}"));
        Assert.Equal(2, answers[^1].Factor);
        Assert.Contains(answers, answer => answer is { Factor: 2, IsCold: true });
        Assert.Single(cluster.Log.All, line => line == "Information: Unloading model 'm'. Reason: Superseded.");
        Assert.Single(cluster.Log.All, line => line.Contains("the next request loads the new one", StringComparison.Ordinal));
        Assert.Equal(1, cluster.Charged(pool: ModelPool.OfStore));
    }

    [Theory]
    [InlineData(WithoutRoom.Postpone)]
    [InlineData(WithoutRoom.SwapCold)]
    public async Task BrokenVersion_TheOldOneGoesOnAndItIsReported(WithoutRoom withoutRoom)
    {
        Put("m", 1);
        await using var cluster = await StartAsync(options => options.Versions.WithoutRoom = withoutRoom);
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");

        _folder.Put("m", "no model"u8.ToArray());

        await cluster.Log.WaitForTextAsync("cannot be loaded; the one that answers goes on.");
        await Waiting.UntilAsync(() => Newer(cluster) is { State: NewerVersionState.Failed });
        var newer = (await cluster.Sdk.GetModelAsync("m", Waiting.Token)).Locations.Single(location => location.Resident.State == ResidentState.Ready).Resident.Newer!;
        Assert.NotEmpty(newer.Reason);
        Assert.Equal((1, 1), (newer.Version, newer.Attempts));
        Assert.Contains(cluster.Log.All, line => line.StartsWith("Warning: Version 1 of model 'm'", StringComparison.Ordinal) && line.EndsWith(newer.Reason, StringComparison.Ordinal));
        Assert.All(traffic.Answers, answer => Assert.Equal(1, answer.Factor));

        Put("m", 3);
        await traffic.UntilAsync(3);
        Assert.All(await traffic.EndAsync(), answer => Assert.True(answer is { Factor: 1 or 3, IsCold: false, IsWhole: true }, $"{answer}"));
        Assert.Null(Newer(cluster));
    }

    [Fact]
    public async Task Pinned_IsSwappedAndStaysPinned()
    {
        Put("m/1", 1);
        await using var cluster = await StartAsync();
        await cluster.Sdk.PinAsync("m", Waiting.Token).Soon();
        await Waiting.UntilAsync(() => cluster.Get<EvictionService>().GetPinned().Length == 1);
        await using var traffic = await VersionTraffic.StartAsync(cluster, "m");

        Put("m/2", 2);

        var unpinned = 0;
        await Waiting.UntilAsync(() =>
        {
            unpinned += cluster.Get<EvictionService>().GetPinned().IsEmpty ? 1 : 0;
            return traffic.Answers.Any(answer => answer.Factor == 2) && cluster.Residents().Count == 1;
        });
        Assert.All(await traffic.EndAsync(), answer => Assert.True(answer is { IsCold: false, IsWhole: true }, $"{answer}"));
        Assert.Equal(0, unpinned);
        Assert.Equal(("m@2", true), (cluster.Resident().Single(), cluster.Residents().Single().IsPinned));
        Assert.Equal("Silo_0", (await cluster.Sdk.GetPinsAsync(Waiting.Token)).Single().Silo);
    }

    [Fact]
    public async Task RefreshIntervalZero_NothingIsNoticed()
    {
        var time = new FakeTimeProvider();
        Put("m", 1);
        await using var cluster = await StartAsync(interval: TimeSpan.Zero, time: time);
        await VersionTraffic.AskAsync(cluster, "m").Soon();
        Put("m", 2);

        time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(1, (await VersionTraffic.AskAsync(cluster, "m").Soon()).Factor);
        Assert.DoesNotContain(cluster.Log.All, line => line.Contains("has changed in the store", StringComparison.Ordinal));
    }

    private static NewerVersionReport? Newer(TestCluster cluster) =>
        cluster.Residents().FirstOrDefault(resident => resident.State == ResidentState.Ready)?.Report().Newer;

    private static Task UntilSwappedAsync(TestCluster cluster, int times) => cluster.Log.WaitForTextAsync("Successfully unloaded model 'm'", times);

    private void Put(string model, float factor) => _folder.Put(model, TestModels.Affine(factor, 0));

    private Task<TestCluster> StartAsync(Action<MultiplexOptions>? configure = null, TimeSpan? interval = null, FakeTimeProvider? time = null) => TestCluster.StartAsync(
        time: time,
        configure: options =>
        {
            options.Models = _folder.Path;
            options.Versions.RefreshInterval = interval ?? TimeSpan.FromMilliseconds(100);
            configure?.Invoke(options);
        },
        configureSilo: static silo => silo.AddOnnxRuntime());
}
