using System.Globalization;
using CsCheck;
using Orleans.Multiplex.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.Storage.Cache;

public sealed class CacheEvictionTests
{
    // Few contents, so that versions share some; content n has n + 1 bytes.
    private static readonly Gen<CachedVersion[]> Versions = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 7].Array[0, 4]).Array[0, 10].Select(all => all
        .Select((one, i) => new CachedVersion(
            $"v{i}",
            "",
            new DateTime(2026, 1, 1, 0, one.Item1, 0, DateTimeKind.Utc),
            new VersionRecord("", "", [.. one.Item2.Select(content => new RecordedFile("", content + 1, content.ToString(CultureInfo.InvariantCulture)))])))
        .ToArray());

    // Something was made of content 3 and of content 6.
    private static readonly Dictionary<string, long> Made = new(StringComparer.Ordinal) { ["3"] = 9, ["6"] = 1 };

    [Fact]
    public void Choose_GoesByLastUseAndNoFurtherThanNeeded() => Gen.Select(Versions, Gen.Int[0, 10], Gen.Long[0, 60], Gen.Long[0, 9]).Sample((versions, inUse, bytes, slack) =>
    {
        var chosen = CacheEviction.Choose(versions, Made, IsInUse, bytes, slack);

        var order = versions.Where(version => !IsInUse(version)).OrderBy(version => (version.LastUse, version.Key)).ToList();
        Assert.Equal(order.Take(chosen.Length), chosen);
        var all = CacheEviction.Measure(versions, Made);
        Assert.True(all - Left(chosen.Length) >= bytes || chosen.Length == order.Count);
        Assert.True(chosen.IsEmpty || all - Left(chosen.Length - 1) < bytes || all - Left(chosen.Length) <= bytes + slack);
        Assert.True(chosen.Length == order.Count || all - Left(chosen.Length + 1) > bytes + slack);

        bool IsInUse(CachedVersion version) => version.Key == $"v{inUse}";

        long Left(int count) => CacheEviction.Measure(versions.Except(order.Take(count)), Made);
    });

    [Fact]
    public void Measure_CountsEachContentOnceWithWhatWasMadeOfIt() => Versions.Sample(versions => Assert.Equal(
        versions.SelectMany(version => version.Record.Files).Distinct().Sum(file => file.Length + Made.GetValueOrDefault(file.Digest)),
        CacheEviction.Measure(versions, Made)));
}
