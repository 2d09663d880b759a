using Microsoft.Extensions.Logging;
using Orleans.Runtime.Messaging;
using Xunit;

namespace Orleans.Multiplex.Tests.Client;

public sealed class RetryTests
{
    public static TheoryData<Exception> PassingErrors =>
    [
        new ModelUnloadedException("iris"),
        new SiloUnavailableException("gone"),
        FakeGrains.Rejection("Silo stopping"),
        new ConnectionFailedException("no gateway"),
        new GatewayTooBusyException(),
        new TimeoutException("Response did not arrive on time"),
        new OrleansException("No active nodes are compatible with the grain"),
        new EnumerationAbortedException("the remote target does not have a record of this enumerator"),
        new OperationCanceledException("The activation was abandoned"),
    ];

    public static TheoryData<Exception> LastingErrors =>
    [
        new ModelNotFoundException("iris", "no such model"),
        new ModelLoadFailedException("iris", "broken", TimeSpan.FromSeconds(1)),
        new InvalidInputException("iris", "X", "wrong"),
        new NoCapacityException("iris", "full", TimeSpan.FromSeconds(1)),
        new OverloadedException("iris", "full", TimeSpan.FromSeconds(1)),
        new InferenceTimeoutException("iris", "in the queue"),
        new ModelLoadingException("iris", "opening", TimeSpan.FromSeconds(1)),
        new InvalidOperationException("a bug"),
        Own(new TimeoutException("the model's own")),
        Own(new OrleansException("the model's own")),
    ];

    [Theory]
    [MemberData(nameof(PassingErrors))]
    public async Task Infer_SiloOrActivationWentAway_IsSentAgain(Exception error)
    {
        var harness = new ClientHarness().Then(error).ThenAnswer();

        var call = harness.InferAsync(cancellationToken: TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(await harness.Time.NextTimerAsync());

        Assert.Same(ClientHarness.Response, await call);
        Assert.Equal(2, harness.Requests.Count);
    }

    [Theory]
    [MemberData(nameof(LastingErrors))]
    public async Task Infer_ErrorThatANewTryWouldNotChange_ComesAtOnce(Exception error)
    {
        var harness = new ClientHarness().Then(error);

        var thrown = await Record.ExceptionAsync(() => harness.InferAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Same(error, thrown);
        Assert.Single(harness.Requests);
    }

    [Fact]
    public async Task Infer_Retried_CarriesWhatIsLeftOfItsTime()
    {
        var harness = new ClientHarness().Then(new SiloUnavailableException("gone")).ThenAnswer();

        var call = harness.InferAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        var pause = await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(4));
        await call;

        Assert.InRange(pause, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(30));
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(6)], harness.Requests.Select(request => request.Timeout));
    }

    [Fact]
    public async Task Infer_KeepsFailing_WaitsTwiceAsLongEachTimeUpToHalfASecondPlusJitter()
    {
        var harness = new ClientHarness { Always = (_, _) => throw new SiloUnavailableException("gone") };

        var call = harness.InferAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        foreach (var expected in new[] { 20, 40, 80, 160, 320, 500, 500 })
        {
            var pause = await harness.Time.NextTimerAsync();
            Assert.InRange(pause.TotalMilliseconds, expected, expected * 1.5);
            harness.Time.Advance(pause);
        }

        Assert.False(call.IsCompleted);
    }

    public static TheoryData<Exception, Type> ErrorsAtTheDeadline => new()
    {
        { new SiloUnavailableException("gone"), typeof(ClusterUnavailableException) },
        { FakeGrains.Rejection("Silo stopping"), typeof(ClusterUnavailableException) },
        { new ConnectionFailedException("no gateway"), typeof(ClusterUnavailableException) },
        { new TimeoutException("no response"), typeof(InferenceTimeoutException) },
        { new ModelUnloadedException("iris"), typeof(ModelLoadingException) },
    };

    [Theory]
    [MemberData(nameof(ErrorsAtTheDeadline))]
    public async Task Infer_FailsUntilTheDeadline_EndsInATypedErrorWithinIt(Exception failure, Type expected)
    {
        var harness = new ClientHarness { Always = (_, _) => throw failure };
        var start = harness.Time.GetTimestamp();

        var call = harness.InferAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        while (!call.IsCompleted)
        {
            var next = harness.Time.NextTimerAsync();
            if (await Task.WhenAny(call, next) == call)
            {
                break;
            }

            harness.Time.Advance(await next);
        }

        var error = await Record.ExceptionAsync(() => call);
        Assert.IsType(expected, error);
        Assert.Equal("iris", ((MultiplexException)error).ModelId);
        Assert.InRange(harness.Time.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Infer_NoSiloUntilTheDeadline_TellsTheCallerWhatToDoAndTheLogWhatOrleansSaid()
    {
        var failure = new SiloUnavailableException("S127.0.0.1:11111:42 became unavailable");
        var harness = new ClientHarness().Then(failure);

        var call = harness.InferAsync(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);

        Assert.DoesNotContain("S127", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Send the request again", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.RetryAfter);
        Assert.Equal([LogLevel.Debug, LogLevel.Warning], harness.Log.Entries.Select(entry => entry.Level));
        Assert.All(harness.Log.Entries, entry => Assert.Same(failure, entry.Error));
    }

    [Fact]
    public async Task Infer_SiloThatWasReachedAtLastDoesNotAnswer_IsOutOfTimeAndNotWithoutASilo()
    {
        var harness = new ClientHarness { Always = (_, _) => new TaskCompletionSource<InferenceResponse>().Task }.Then(new SiloUnavailableException("gone"));

        var call = harness.InferAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(await harness.Time.NextTimerAsync());
        harness.Time.Advance(TimeSpan.FromSeconds(3));

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => call);
    }

    [Fact]
    public async Task Infer_SiloNeverAnswers_EndsASecondAfterTheDeadline()
    {
        CancellationToken seen = default;
        var never = new TaskCompletionSource<InferenceResponse>();
        var harness = new ClientHarness
        {
            Always = (_, token) =>
            {
                seen = token;
                return never.Task;
            },
        };

        var call = harness.InferAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(call.IsCompleted);
        harness.Time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => call);
        Assert.True(seen.IsCancellationRequested);
    }

    [Fact]
    public async Task Infer_SiloAnswersItsOwnErrorJustAfterTheDeadline_ThatErrorIsThrown()
    {
        var answer = new TaskCompletionSource<InferenceResponse>();
        var harness = new ClientHarness { Always = (_, _) => answer.Task };
        var error = new ModelLoadingException("iris", "fetching", TimeSpan.FromSeconds(3));

        var call = harness.InferAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(2.2));
        answer.SetException(error);

        Assert.Same(error, await Record.ExceptionAsync(() => call));
    }

    [Fact]
    public async Task Infer_TokenCancelledDuringATry_EndsAtOnceThoughTheSiloGoesOn()
    {
        using var cancellation = new CancellationTokenSource();
        var harness = new ClientHarness { Always = (_, _) => new TaskCompletionSource<InferenceResponse>().Task };

        var call = harness.InferAsync(cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancellation.Token, error.CancellationToken);
    }

    [Fact]
    public async Task Infer_TokenCancelledBetweenTries_EndsAtOnce()
    {
        using var cancellation = new CancellationTokenSource();
        var harness = new ClientHarness().Then(new SiloUnavailableException("gone"));

        var call = harness.InferAsync(cancellationToken: cancellation.Token);
        await harness.Time.NextTimerAsync();
        await harness.Time.NextTimerAsync();
        await cancellation.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.Single(harness.Requests);
    }

    [Fact]
    public async Task Infer_TokenCancelledBefore_SendsNothing()
    {
        var harness = new ClientHarness();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => harness.InferAsync(cancellationToken: new CancellationToken(canceled: true)));

        Assert.Empty(harness.Requests);
    }

    private static Exception Own(Exception error)
    {
        OwnErrors.Mark(error);
        return error;
    }
}
