using CsCheck;
using Orleans.Multiplex.Grains;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

public sealed class StatisticsSumTests
{
    private static readonly Gen<CountedTime> Times = Gen.Select(Gen.Long[0, 1000], Gen.Long[0, 1_000_000]).Select((count, time) => new CountedTime(count, time));

    private static readonly Gen<BatchStatistics> Batches =
        Gen.Select(Gen.Long[0, 4], Times, Times, Times).Select((size, input, infer, output) => new BatchStatistics(size, input, infer, output));

    private static readonly Gen<ModelStatistics> Parts = Gen.Select(
        Gen.OneOfConst("a", "b", "B"), Gen.Long[0, 2], Gen.Int[0, 5], Times.Array[8], Batches.Array[0, 4], Gen.Long[0, 100])
        .Select((model, version, last, times, batches, count) => new ModelStatistics
        {
            Model = model,
            Version = version,
            LastInference = last == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(last),
            InferenceCount = count,
            ExecutionCount = count / 2,
            Success = times[0],
            Fail = times[1],
            Queue = times[2],
            ComputeInput = times[3],
            ComputeInfer = times[4],
            ComputeOutput = times[5],
            Batches = [.. batches.DistinctBy(batch => batch.BatchSize).OrderBy(batch => batch.BatchSize)],
            Bytes = count * 3,
        });

    [Fact]
    public void Sum_AnyParts_DoesNotDependOnOrderOrGrouping() =>
        Gen.Select(Parts.List[0, 12], Gen.Int[0, 12], Gen.Int[0, 1000]).Sample((parts, at, seed) =>
        {
            var whole = StatisticsSum.Of(parts);
            var (first, second) = (parts.Take(at), parts.Skip(at));
            var regrouped = StatisticsSum.Of(StatisticsSum.Of(second).Concat(StatisticsSum.Of(first)));
#pragma warning disable CA5394 // Any order will do.
            var shuffled = parts.ToArray();
            new Random(seed).Shuffle(shuffled);
#pragma warning restore CA5394

            AssertSame(whole, regrouped);
            AssertSame(whole, StatisticsSum.Of(shuffled));
        });

    [Fact]
    public void Sum_AnyParts_HasEachNameOnceAndLosesNothing() =>
        Parts.List[0, 12].Sample(parts =>
        {
            var sums = StatisticsSum.Of(parts);

            Assert.Equal(
                parts.Select(part => (part.Model, part.Version)).Distinct().OrderBy(name => name.Model, StringComparer.Ordinal).ThenBy(name => name.Version),
                sums.Select(sum => (sum.Model, sum.Version)));
            foreach (var count in new Func<ModelStatistics, long>[]
            {
                one => one.InferenceCount, one => one.ExecutionCount, one => one.Bytes, one => one.Success.Count, one => one.Success.Nanoseconds,
                one => one.Fail.Count, one => one.Queue.Count, one => one.ComputeInput.Count, one => one.ComputeInfer.Nanoseconds,
                one => one.ComputeOutput.Count, one => one.Batches.Sum(batch => batch.ComputeInfer.Count + batch.ComputeOutput.Nanoseconds),
            })
            {
                Assert.Equal(parts.Sum(count), sums.Sum(count));
            }

            Assert.All(sums, sum => Assert.Equal(
                parts.Where(part => (part.Model, part.Version) == (sum.Model, sum.Version)).Max(part => part.LastInference), sum.LastInference));
        });

    [Fact]
    public void Sum_OfMoreThanCanBeTold_KeepsThoseThatRanLast()
    {
        var parts = new[] { ("never", 0), ("old", 1), ("young", 3), ("middle", 2) }.Select(part => new ModelStatistics
        {
            Model = part.Item1,
            Version = 1,
            LastInference = part.Item2 == 0 ? null : DateTimeOffset.UnixEpoch.AddSeconds(part.Item2),
        });

        Assert.Equal(["middle", "young"], StatisticsSum.Of(parts, maxNames: 2).Select(sum => sum.Model));
    }

    private static void AssertSame(IEnumerable<ModelStatistics> left, IEnumerable<ModelStatistics> right)
    {
        Assert.Equal(left.Select(one => one with { Batches = [] }), right.Select(one => one with { Batches = [] }));
        Assert.Equal(left.Select(one => one.Batches.ToArray()), right.Select(one => one.Batches.ToArray()));
    }
}
