using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Grains;
using Xunit;

namespace Orleans.Multiplex.Tests.Grains;

public sealed class CallLogTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public void Start_LinesNotWanted_MakesNothing() => Assert.Null(new CallLog(_time, NullLogger.Instance).Start("iris"));

    [Fact]
    public void Entry_Outcome_IsLoggedOnceWithItsDuration()
    {
        var entry = new CallLog(_time, _log).Start("iris")!;
        _time.Advance(TimeSpan.FromMilliseconds(12.5));

        entry.Fail(new TimeoutException());
        entry.Succeed(isCold: true);

        Assert.Equal(["Request to model 'iris' started.", "Request to model 'iris' failed in 12.5ms: TimeoutException."], _log.Messages);
        Assert.All(_log.Entries, one => Assert.Equal(LogLevel.Debug, one.Level));
    }

    [Fact]
    public void Entry_Success_SaysWhetherTheModelWasLoadedForIt()
    {
        new CallLog(_time, _log).Start("iris")!.Succeed(isCold: true);

        Assert.Equal("Request to model 'iris' succeeded in 0.0ms (cold: True).", _log.Messages.Last());
    }
}
