using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Orleans.Multiplex.Cluster.Tests;

public sealed class LoadFailureTests
{
    [Fact]
    public async Task Failure_ForAllWhoWait_IsTheSameErrorInACopyOfItsOwn()
    {
        await using var cluster = await TestCluster.StartAsync();
        var gate = cluster.Models().Block("1");
        cluster.Models().FailLoad = _ => new InvalidDataException("broken");
        var calls = Enumerable.Range(0, 20).Select(_ => cluster.GrainFrom<IFakeGrain>(0, "1").CallAsync(Waiting.Token)).ToList();
        await cluster.Models().Events.WaitForAsync("load 1");
        await Waiting.UntilAsync(() => cluster.Residents()[0].Gate.Users == 20);

        gate.SetResult();

        var errors = new List<ModelLoadFailedException>();
        foreach (var call in calls)
        {
            errors.Add(await Assert.ThrowsAsync<ModelLoadFailedException>(() => call.Soon()));
        }

        Assert.All(errors, error => Assert.Equal(("1", "InvalidDataException: broken"), (error.ModelId, error.Reason)));
        Assert.All(errors, error => Assert.NotNull(error.RetryAfter));
        Assert.Equal(20, errors.Distinct(ReferenceEqualityComparer.Instance).Count());
        Assert.Equal(1, cluster.Models().CountLoads("1"));
    }

    [Fact]
    public async Task Failure_UntilItsTimeIsOver_AnswersAtOnceAndThenIsTriedExactlyOnce()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        cluster.Models().FailLoad = _ => new InvalidDataException("broken");

        // The time before the next try doubles: 1 s, 2 s, 4 s.
        var seconds = 1;
        for (var tries = 1; tries <= 3; tries++, seconds *= 2)
        {
            var errors = await FailAsync(cluster, 20);
            Assert.All(errors, error => Assert.Equal(TimeSpan.FromSeconds(seconds), error.RetryAfter));
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal(TimeSpan.FromMilliseconds(1), (await FailAsync(cluster, 1))[0].RetryAfter);
            Assert.Equal(tries, cluster.Models().CountLoads("1"));
            time.Advance(TimeSpan.FromMilliseconds(1));
        }

        cluster.Models().FailLoad = _ => null;
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => cluster.CallAsync("1"))).Soon(), answer => Assert.Equal("1", answer));
        Assert.Equal(4, cluster.Models().CountLoads("1"));
        Assert.Empty(cluster.Loose());
    }

    [Fact]
    public async Task Failure_AfterASuccess_CountsAnew()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        cluster.Models().FailLoad = _ => new InvalidDataException("broken");
        await FailAsync(cluster, 1);
        time.Advance(TimeSpan.FromSeconds(1));
        cluster.Models().FailLoad = _ => null;
        await cluster.CallAsync("1").Soon();
        await cluster.EvictAsync(0, "1").Soon();

        cluster.Models().FailLoad = _ => new InvalidDataException("broken");

        Assert.Equal(TimeSpan.FromSeconds(1), (await FailAsync(cluster, 1))[0].RetryAfter);
    }

    [Fact]
    public async Task Failure_OfALoad_CostsNoGoodModelItsPlaceAndIsReported()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        cluster.Models().FailLoad = id => id == "bad" ? new InvalidDataException("broken") : null;
        await cluster.CallAsync("good");
        await Assert.ThrowsAsync<ModelLoadFailedException>(() => cluster.CallAsync("bad").Soon());

        Assert.Equal(["good"], cluster.Resident());
        Assert.Equal(1, cluster.Charged());
        var report = await cluster.Sdk.GetModelAsync("bad", Waiting.Token);
        Assert.Empty(report.Locations);
        var failure = Assert.Single(report.Failures);
        Assert.Equal((nameof(ModelLoadFailedException), 1, TimeSpan.FromSeconds(1)), (failure.Error, failure.Attempts, failure.NextTry));
        Assert.Equal(1, cluster.Log.Count("Error: Failed to load model 'bad'. InvalidDataException: broken"));
    }

    [Fact]
    public async Task Failure_ThatNobodyAsksForAgain_IsForgottenWithItsGrain()
    {
        var time = new FakeTimeProvider();
        await using var cluster = await TestCluster.StartAsync(time: time);
        cluster.Models().FailLoad = _ => new InvalidDataException("broken");
        await FailAsync(cluster, 1);
        var gone = cluster.Inner.WaitForDeactivationAsync(cluster.Grain("1"));

        time.Advance(TimeSpan.FromSeconds(3));

        await gone.Soon();
        Assert.Empty(cluster.Loose());
    }

    private static async Task<List<ModelLoadFailedException>> FailAsync(TestCluster cluster, int callers)
    {
        var calls = Enumerable.Range(0, callers).Select(_ => cluster.CallAsync("1")).ToList();
        var errors = new List<ModelLoadFailedException>();
        foreach (var call in calls)
        {
            errors.Add(await Assert.ThrowsAsync<ModelLoadFailedException>(() => call.Soon()));
        }

        return errors;
    }
}
