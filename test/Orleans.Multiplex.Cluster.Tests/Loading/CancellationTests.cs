using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class CancellationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_WhileTheModelLoads_EndsThatCallersWaitAtOnceAndNothingElse(bool isExternal)
    {
        await using var cluster = await TestCluster.StartAsync();
        var gate = cluster.Models().Block("1");
        IFakeGrain Grain() => isExternal ? cluster.Grain("1") : cluster.GrainFrom<IFakeGrain>(0, "1");
        using var caller = new CancellationTokenSource();
        var cancelled = Grain().CallAsync(caller.Token);
        var patient = Grain().CallAsync(Waiting.Token);
        await cluster.Models().Events.WaitForAsync("load 1");
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 2);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Soon());
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 1);
        Assert.False(patient.IsCompleted);
        gate.SetResult();
        Assert.Equal("1", await patient.Soon());
        Assert.Equal(["load 1"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Cancel_ByTheOnlyCaller_LetsTheLoadGoOn()
    {
        await using var cluster = await TestCluster.StartAsync();
        var gate = cluster.Models().Block("1");
        using var caller = new CancellationTokenSource();
        var call = cluster.Grain("1").CallAsync(caller.Token);
        await cluster.Models().Events.WaitForAsync("load 1");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Soon());

        gate.SetResult();

        Assert.Equal("1", await cluster.CallAsync("1").Soon());
        Assert.Equal(["load 1"], cluster.Models().Events.All);
    }

    [Fact]
    public async Task Deadline_WhileTheModelLoads_IsATypedErrorAndTheLoadGoesOn()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options => options.RequestTimeout = TimeSpan.FromSeconds(5));
        var gate = cluster.Models().Block("1");
        var call = cluster.CallAsync("1");
        await cluster.Models().Events.WaitForAsync("load 1");

        time.Advance(TimeSpan.FromSeconds(5));

        var error = await Assert.ThrowsAsync<ModelLoadingException>(() => call.Soon());
        Assert.Equal("1", error.ModelId);
        Assert.NotNull(error.RetryAfter);
        gate.SetResult();
        Assert.Equal("1", await cluster.CallAsync("1").Soon());
        Assert.Equal(1, cluster.Models().CountLoads("1"));
    }

    [Fact]
    public async Task Wait_ForRoomThatNeverComes_EndsInATypedErrorWithATimeToTryAgain()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options => options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 });
        var busy = cluster.Grain("1").WaitAsync("busy", Waiting.Token);
        await cluster.Gates.WaitForArrivalAsync("busy");
        var call = cluster.CallAsync("2");
        await Waiting.UntilAsync(() => cluster.IsRoomAwaited());

        time.Advance(TimeSpan.FromSeconds(30));

        var error = await Assert.ThrowsAsync<NoCapacityException>(() => call.Soon());
        Assert.False(error.IsPermanent);
        Assert.Contains("Multiplex:Load:RoomTimeout", error.Message, StringComparison.Ordinal);
        cluster.Gates.Open("busy");
        Assert.Equal("1", await busy.Soon());
    }

    [Fact]
    public async Task Wait_ForRoomByTooMany_IsRefusedAtOnce()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time, configure: options =>
        {
            options.Pools["Fake"] = new() { MaxModelsPerSilo = 1 };
            options.Load.MaxWaiting = 4;
        });
        var slow = cluster.Models().Block("slow");
        var loading = cluster.CallAsync("slow");
        await cluster.Models().Events.WaitForAsync("load slow");

        var calls = Enumerable.Range(0, 40).Select(i => cluster.CallAsync($"m{i}")).ToList();
        var refused = 0;
        for (; refused < 36; refused++)
        {
            var first = await Task.WhenAny(calls).Soon();
            calls.Remove(first);
            var error = await Assert.ThrowsAsync<OverloadedException>(() => first);
            Assert.NotNull(error.RetryAfter);
        }

        slow.SetResult();
        Assert.Equal("slow", await loading.Soon());
        Assert.Equal(4, (await Task.WhenAll(calls).Soon()).Length);
        Assert.Equal(1, cluster.Models().MaxLive);
    }
}
