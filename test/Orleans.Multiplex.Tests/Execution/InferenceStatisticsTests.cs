using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Execution;
using Xunit;

namespace Orleans.Multiplex.Tests.Execution;

public sealed class InferenceStatisticsTests
{
    private static readonly RequestTimes Times = new(Micro(50), Micro(20), new RunTimes(Micro(1), Micro(8), Micro(2)));

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Count_SuccessesAndFailures_AddUpByModelAndVersion()
    {
        var statistics = new InferenceStatistics(_time);
        statistics.CountSuccess("m", 1, Times, RunShare.Alone(3));
        _time.Advance(TimeSpan.FromSeconds(5));
        statistics.CountSuccess("m", 1, Times, RunShare.Alone(4));
        statistics.CountFailure("m", 1, Micro(7));
        statistics.CountFailure("m", 2, Micro(9));
        statistics.CountFailure("other", 1, Micro(9));

        var one = Assert.Single(statistics.Read(ModelKey.Parse("m@1")));

        Assert.Equal(("m", 1, 7, 2), (one.Model, one.Version, one.InferenceCount, one.ExecutionCount));
        Assert.Equal((new(2, 100_000), new(1, 7_000), new(2, 40_000)), (one.Success, one.Fail, one.Queue));
        Assert.Equal((new(2, 2_000), new(2, 16_000), new CountedTime(2, 4_000)), (one.ComputeInput, one.ComputeInfer, one.ComputeOutput));
        Assert.Equal(_time.GetUtcNow(), one.LastInference);
        Assert.Equal(
            [new(3, new(1, 1_000), new(1, 8_000), new(1, 2_000)), new BatchStatistics(4, new(1, 1_000), new(1, 8_000), new(1, 2_000))],
            one.Batches);
        Assert.Equal([1, 2], statistics.Read(ModelKey.Parse("m")).Select(counted => counted.Version).Order());
        Assert.Equal(3, statistics.Read(null).Count());
        Assert.Empty(statistics.Read(ModelKey.Parse("m@3")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(32, 32)]
    [InlineData(33, 64)]
    [InlineData(64, 64)]
    [InlineData(65, 128)]
    [InlineData((1 << 20) + 1, 1 << 20)]
    [InlineData(long.MaxValue, 1 << 20)]
    public void Batch_OfAnySize_CountsAsOneOfFewKinds(long rows, long expected)
    {
        var statistics = new InferenceStatistics(_time);

        statistics.CountSuccess("m", 1, Times, RunShare.Alone(rows));

        var counted = Assert.Single(statistics.Read(null));
        Assert.Equal(expected, Assert.Single(counted.Batches).BatchSize);
        Assert.Equal(rows, counted.InferenceCount);
    }

    [Fact]
    public void Names_BeyondTheBound_PushOutTheOneThatWasUsedLeastRecently()
    {
        var statistics = new InferenceStatistics(_time, maxNames: 3);
        foreach (var name in new[] { "a", "b", "c", "a", "d", "b", "a", "e" })
        {
            _time.Advance(TimeSpan.FromTicks(1));
            statistics.CountSuccess(name, 1, Times, RunShare.Alone(1));
        }

        // b went for d, c for the new b, and d for e; a was used all along.
        Assert.Equal([("a", 3), ("b", 1), ("e", 1)], statistics.Read(null).Select(counted => (counted.Model, counted.Success.Count)).Order());
    }

    [Fact]
    public void CountUnfound_OfAnyName_CountsOnlyWhereSomethingWasCountedOfTheModel()
    {
        var statistics = new InferenceStatistics(_time, maxNames: 3);
        statistics.CountSuccess("m", 4, Times, RunShare.Alone(1));
        foreach (var i in Enumerable.Range(0, 100))
        {
            statistics.CountUnfound(ModelKey.Parse($"invented-{i}"), Micro(1));
        }

        foreach (var known in new[] { "m", "m@4", "m@5" })
        {
            statistics.CountUnfound(ModelKey.Parse(known), Micro(1));
        }

        Assert.Equal([("m", 0, 2), ("m", 4, 1)], statistics.Read(null).Select(one => (one.Model, one.Version, one.Fail.Count)).Order());

        // Names that were pushed out are unknown again.
        foreach (var other in new[] { "a", "b", "c" })
        {
            _time.Advance(TimeSpan.FromTicks(1));
            statistics.CountSuccess(other, 1, Times, RunShare.Alone(1));
        }

        statistics.CountUnfound(ModelKey.Parse("m"), Micro(1));
        Assert.Equal(["a", "b", "c"], statistics.Read(null).Select(one => one.Model).Order());
    }

    [Fact]
    public void Names_AnyUses_AreThoseOfAnExactLru() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[0, 9].List[0, 60]).Sample((bound, uses) =>
        {
            var statistics = new InferenceStatistics(_time, bound);
            var expected = new List<(string Name, long Count)>();
            foreach (var use in uses)
            {
                _time.Advance(TimeSpan.FromTicks(1));
                var name = $"m{use}";
                statistics.CountFailure(name, 0, TimeSpan.Zero);
                var count = expected.SingleOrDefault(one => one.Name == name).Count;
                expected.RemoveAll(one => one.Name == name);
                if (expected.Count == bound)
                {
                    expected.RemoveAt(0);
                }

                expected.Add((name, count + 1));
            }

            Assert.Equal(expected.Order(), statistics.Read(null).Select(counted => (counted.Model, counted.Fail.Count)).Order());
        });

    [Fact]
    public async Task Count_ByManyAtOnce_LosesNothingAndNeverGoesBack()
    {
        var statistics = new InferenceStatistics(TimeProvider.System);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(caller => Task.Run(
            () =>
            {
                var before = new Dictionary<string, ModelStatistics>();
                for (var i = 0; i < 10_000; i++)
                {
                    statistics.CountSuccess($"m{i % 5}", 1, Times, RunShare.Alone(i % 7));
                    statistics.CountFailure($"m{i % 5}", 1, Micro(1));
                    if (i % 500 == caller)
                    {
                        CheckGrown(statistics, before);
                    }
                }
            },
            TestContext.Current.CancellationToken))).Soon();

        Assert.Equal(5, statistics.Read(null).Count());
        Assert.All(statistics.Read(null), counted => Assert.Equal((16_000, 16_000), (counted.Success.Count, counted.Fail.Count)));
    }

    [Theory]
    [InlineData(new long[] { -1, 4 }, new long[] { 3, 4 }, 3)]
    [InlineData(new long[] { -1 }, new long[] { 0 }, 0)]
    [InlineData(new long[] { 2, 4 }, new long[] { 2, 4 }, 1)]
    [InlineData(new long[] { 2, -1 }, new long[] { 2, 4 }, 1)]
    [InlineData(new long[0], new long[0], 1)]
    [InlineData(null, new long[] { 5 }, 1)]
    public void Rows_OfARequest_AreTheFirstDimensionThatTheModelLeavesOpen(long[]? declared, long[] sent, long expected)
    {
        var signature = new ModelSignature(
            "any",
            [
                new ValueSpec("map", ValueKind.Map, TensorType.Int64, default, IsOptional: false),
                new ValueSpec("missing", ValueKind.Tensor, TensorType.Int8, [-1], IsOptional: true),
                new ValueSpec("x", ValueKind.Tensor, TensorType.Int8, declared is null ? default : [.. declared], IsOptional: false),
            ],
            []);
        var input = new Tensor("x", TensorType.Int8, [.. sent], new byte[sent.Aggregate(1L, (product, one) => product * one)]);

        Assert.Equal(expected, BatchRows.Count(signature, new InferenceRequest([input])));
    }

    private static void CheckGrown(InferenceStatistics statistics, Dictionary<string, ModelStatistics> before)
    {
        foreach (var now in statistics.Read(null))
        {
            if (before.TryGetValue(now.Model, out var then))
            {
                Assert.True(now.Success.Count >= then.Success.Count && now.Success.Nanoseconds >= then.Success.Nanoseconds);
                Assert.True(now.Fail.Count >= then.Fail.Count && !(then.LastInference > now.LastInference));
            }

            Assert.Equal((now.Success.Count, now.Success.Count), (now.ExecutionCount, now.Batches.Sum(batch => batch.ComputeInfer.Count)));
            before[now.Model] = now;
        }
    }

    private static TimeSpan Micro(int microseconds) => TimeSpan.FromMicroseconds(microseconds);
}
