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

    [Fact]
    public void Evictions_OfModelsThatNeverComeBack_AreNoThrash()
    {
        for (var i = 0; i < 5000; i++)
        {
            _detector.OnEvicted(Key(i));
            _detector.OnLoaded(Key(i + 100_000));
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
