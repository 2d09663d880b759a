using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.Loading;
using Orleans.Multiplex.Loading.Quarantine;
using Orleans.Multiplex.Residency;
using Xunit;

namespace Orleans.Multiplex.Tests.Loading;

public sealed class LoadFailureTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("NotFound", 1, 0.5)]
    [InlineData("NotFound", 100, 0.5)]
    [InlineData("InvalidId", 1, 1)]
    [InlineData("StoreUnavailable", 1, 0.5)]
    [InlineData("StoreUnavailable", 2, 1)]
    [InlineData("StoreUnavailable", 4, 4)]
    [InlineData("StoreUnavailable", 5, 5)]
    [InlineData("StoreUnavailable", 1000, 5)]
    [InlineData("Broken", 1, 1)]
    [InlineData("Broken", 2, 2)]
    [InlineData("Broken", 9, 256)]
    [InlineData("Broken", 10, 300)]
    [InlineData("Broken", int.MaxValue, 300)]
    [InlineData("Quarantined", 1, 1)]
    [InlineData("Quarantined", 100, 1)]
    [InlineData("TooLarge", 3, 4)]
    [InlineData("NoRoom", 7, 0)]
    [InlineData("NoDisk", 1, 1)]
    [InlineData("NoDisk", 7, 30)]
    [InlineData("Overloaded", 7, 0)]
    [InlineData("Unloaded", 7, 0)]
    public void GetDelay_KindAndAttempts_GiveTheBackoff(string kind, int attempts, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), LoadBackoff.GetDelay(Enum.Parse<LoadFailureKind>(kind), attempts));

    [Theory]
    [InlineData("InvalidId", typeof(InvalidModelIdException), null)]
    [InlineData("NotFound", typeof(ModelNotFoundException), 0.3)]
    [InlineData("StoreUnavailable", typeof(StoreUnavailableException), 0.3)]
    [InlineData("TooLarge", typeof(NoCapacityException), null)]
    [InlineData("NoRoom", typeof(NoCapacityException), 1.0)]
    [InlineData("NoDisk", typeof(NoCapacityException), 0.8)]
    [InlineData("Overloaded", typeof(OverloadedException), 1.0)]
    [InlineData("Unloaded", typeof(ModelUnloadedException), 0.0)]
    [InlineData("Broken", typeof(ModelLoadFailedException), 0.8)]
    [InlineData("Quarantined", typeof(ModelLoadFailedException), null)]
    public void ToException_EachKind_IsItsErrorWithTheTimeThatIsLeft(string kind, Type type, double? retryAfter)
    {
        var failure = Make(Enum.Parse<LoadFailureKind>(kind));
        _time.Advance(TimeSpan.FromSeconds(0.2));

        var (one, other) = (failure.ToException("m", _time), failure.ToException("m", _time));

        Assert.IsType(type, one);
        Assert.NotSame(one, other);
        Assert.Equal("m", one.ModelId);
        Assert.Equal(retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, one.RetryAfter);
        Assert.Equal(kind != "Unloaded", one.Message.Contains("the reason", StringComparison.Ordinal));
    }

    [Fact]
    public void Classify_EveryErrorThatToExceptionMakes_GivesTheSameErrorAgain()
    {
        // What is quarantined is broken to callers, and a disk without room is no room; they are told apart where they are found.
        foreach (var kind in Enum.GetValues<LoadFailureKind>().Except([LoadFailureKind.Quarantined, LoadFailureKind.NoDisk]))
        {
            var error = Make(kind).ToException("m", _time);

            var (failure, message) = LoadFailure.Classify(error);

            Assert.Equal(kind, failure);
            Assert.Equal(error.Message, new LoadFailure(kind, message, 1, _time.GetTimestamp()).ToException("m", _time).Message);
        }
    }

    [Fact]
    public void Classify_AnyOtherError_IsABrokenModelWithItsTypeAndMessage()
    {
        Assert.Equal(new(LoadFailureKind.Quarantined, "it ended a silo"), LoadFailure.Classify(new ModelQuarantinedException("it ended a silo")));
        Assert.Equal(new(LoadFailureKind.Broken, "FormatException: bad byte"), LoadFailure.Classify(new FormatException("bad byte")));
        Assert.Equal(LoadFailureKind.Broken, LoadFailure.Classify(new OperationCanceledException()).Failure);
    }

    [Fact]
    public void GetRemaining_AsTimePasses_EndsAtTheDelay()
    {
        var failure = Make(LoadFailureKind.Broken);
        Assert.Equal(TimeSpan.FromSeconds(1), failure.GetRemaining(_time));

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, failure.GetRemaining(_time));
        Assert.Equal(TimeSpan.Zero, failure.ToException("m", _time).RetryAfter);
        Assert.False(failure.IsOver(_time));

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(failure.IsOver(_time));
        Assert.Equal(TimeSpan.Zero, failure.ToException("m", _time).RetryAfter);
    }

    private LoadFailure Make(LoadFailureKind kind) => new(kind, "the reason", 1, _time.GetTimestamp());
}
