using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Residency;

public sealed class ThrashDetectorTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();
    private readonly ThrashDetector _detector;

    public ThrashDetectorTests() => _detector = new ThrashDetector(_time, _log);

    [Fact]
    public void Returns_BelowTheThreshold_AreNotSaid()
    {
        ReturnAfter(TimeSpan.FromSeconds(1), times: 9);

        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Returns_AtTheThresholdAndBeyond_AreSaidOnce()
    {
        ReturnAfter(TimeSpan.FromSeconds(1), times: 500);

        var (level, message, _) = Assert.Single(_log.Entries);
        Assert.Equal(LogLevel.Warning, level);
        Assert.Contains("10 loads in the last 60 s", message, StringComparison.Ordinal);
        Assert.Contains("Multiplex:MaxModelsPerSilo", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Returns_GoOnForLong_AreSaidAgainAfterTenMinutes()
    {
        ReturnAfter(TimeSpan.FromSeconds(1), times: 609);
        Assert.Single(_log.Entries);

        ReturnAfter(TimeSpan.FromSeconds(1), times: 1);

        Assert.Equal(2, _log.Entries.Count);
    }

    [Fact]
    public void Returns_LongAfterTheEviction_DoNotCount()
    {
        ReturnAfter(TimeSpan.FromSeconds(61), times: 50);

        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void Returns_SpreadOverTime_AreForgotten()
    {
        for (var i = 0; i < 50; i++)
        {
            ReturnAfter(TimeSpan.FromSeconds(1), times: 1);
            _time.Advance(TimeSpan.FromSeconds(7));
        }

        Assert.Empty(_log.Entries);
    }

    [Theory]
    [InlineData(2_000)]
    [InlineData(100_000)]
    public void Returns_OfManyModelsThatTakeTurns_AreSaid(int models)
    {
        for (var i = 0; i < 2 * models; i++)
        {
            // Each comes back after all others, within 50 s; as many evictions as loads.
            _time.Advance(TimeSpan.FromTicks(50 * TimeSpan.TicksPerSecond / models));
            _detector.OnLoaded(Key(i % models));
            _detector.OnEvicted(Key(i % models));
        }

        Assert.Contains("at least 10 loads", Assert.Single(_log.Entries).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Returns_OfManyModelsThatTakeTurnsSlowly_AreNoThrash()
    {
        for (var i = 0; i < 200_000; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(0.7));
            _detector.OnLoaded(Key(i % 100_000));
            _detector.OnEvicted(Key(i % 100_000));
        }

        Assert.Empty(_log.Entries);
    }

    [Fact]
    public void RecentEvictions_AfterManyOthers_StillFindsThePartThatItPromises()
    {
        var evictions = new RecentEvictions();
        for (var i = 0; i < 100_000; i++)
        {
            evictions.Add(Key(i), (uint)i);
        }

        var found = Enumerable.Range(0, 100_000).Where(i => evictions.Remove(Key(i)) is { } at && at == i).ToList();
        Assert.InRange(found.Count, 45_000, 55_000);
        Assert.All(found, i => Assert.Null(evictions.Remove(Key(i))));
        Assert.Null(evictions.Remove(new ResidentKey("B", "m99999", 0)));
        Assert.Null(evictions.Remove(new ResidentKey("A", "m99999", 1)));
    }

    [Fact]
    public void Evictions_OfModelsThatNeverComeBack_AreNoThrash()
    {
        for (var i = 0; i < 200_000; i++)
        {
            _detector.OnEvicted(Key(i));
            _detector.OnLoaded(Key(i + 1_000_000));
        }

        Assert.Empty(_log.Entries);
    }

    private static ResidentKey Key(int i) => new("A", $"m{i}", 0);

    private void ReturnAfter(TimeSpan gap, int times)
    {
        for (var i = 0; i < times; i++)
        {
            _detector.OnEvicted(Key(i));
            _time.Advance(gap);
            _detector.OnLoaded(Key(i));
        }
    }
}
