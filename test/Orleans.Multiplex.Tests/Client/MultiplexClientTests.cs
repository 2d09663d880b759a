using System.Collections.Immutable;
using Xunit;

namespace Orleans.Multiplex.Tests.Client;

public sealed class MultiplexClientTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a/../b")]
    [InlineData("a@0")]
    public async Task AnyCall_InvalidModelId_FailsBeforeAnyMessage(string modelId)
    {
        var harness = new ClientHarness();
        var token = TestContext.Current.CancellationToken;

        await Assert.ThrowsAsync<InvalidModelIdException>(() => harness.Client.InferAsync(modelId, [], cancellationToken: token));
        await Assert.ThrowsAsync<InvalidModelIdException>(() => harness.Client.DescribeAsync(modelId, token));
        await Assert.ThrowsAsync<InvalidModelIdException>(() => harness.Client.GetModelAsync(modelId, token));
        await Assert.ThrowsAsync<InvalidModelIdException>(() =>
            harness.Client.CallAsync<IOwnGrain, int>(modelId, (grain, ct) => grain.AddAsync(1, ct), cancellationToken: token));

        Assert.Empty(harness.Keys);
    }

    [Fact]
    public async Task Infer_InputsAndOutputs_ReachTheGrainOfTheModel()
    {
        var harness = new ClientHarness().ThenAnswer();
        var input = Tensor.Create("X", [1f, 2f]);

        await harness.Client.InferAsync(
            "iris@2", [input], new InferenceOptions { Outputs = ["b", "a"], Priority = 2 }, TestContext.Current.CancellationToken);

        Assert.Equal(["iris@2"], harness.Keys);
        var request = Assert.Single(harness.Requests);
        Assert.Same(input, Assert.Single(request.Inputs));
        Assert.Equal(["b", "a"], request.Outputs);
        Assert.Equal(TimeSpan.FromSeconds(60), request.Timeout);
        Assert.Equal(2, request.Priority);
    }

    [Fact]
    public async Task Infer_NegativePriority_IsRefusedBeforeAnyMessage()
    {
        var harness = new ClientHarness();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => harness.Client.InferAsync(
            "iris", [], new InferenceOptions { Priority = -1 }, TestContext.Current.CancellationToken));

        Assert.Empty(harness.Requests);
    }

    [Fact]
    public async Task Infer_MoreBytesThanTheLimit_AreRefusedBeforeTheyAreSent()
    {
        var harness = new ClientHarness(new MultiplexClientOptions { MaxRequestBytes = new ByteSize(1000) }).ThenAnswer();
        Task<InferenceResponse> Send(int bytes) =>
            harness.Client.InferAsync("iris", [Tensor.Create("X", new byte[bytes])], cancellationToken: TestContext.Current.CancellationToken);

        // A tensor of exactly the limit passes, beside which names and shapes have a room of their own.
        await Send(1000);
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => Send(1000 + (1 << 20)));

        Assert.Contains("MaxRequestBytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
        Assert.Single(harness.Requests);
    }

    [Fact]
    public async Task Infer_LongNamesOfOutputs_AreRefusedBeforeTheyAreSent()
    {
        var harness = new ClientHarness(new MultiplexClientOptions { MaxRequestBytes = new ByteSize(1000) }).ThenAnswer();

        await Assert.ThrowsAsync<InvalidInputException>(() => harness.Client.InferAsync(
            "iris", [], new InferenceOptions { Outputs = [new string('y', 1 << 20)] }, TestContext.Current.CancellationToken));

        Assert.Empty(harness.Requests);
    }

    [Fact]
    public void MessageSize_NestedValues_AreCountedToTheirLeaves()
    {
        var map = new ValueMap("", Tensor.Create("", [1L]), Tensor.Create("", [1f]));
        ImmutableArray<ModelValue> values = [new ValueSequence("S", [map, map])];

        Assert.InRange(MessageSize.Of(values), 2 * (8 + 4), 2 * (8 + 4) + 1000);
        Assert.True(MessageSize.Of([new ValueSequence("S", [map])]) < MessageSize.Of(values));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task Infer_TimeoutNotAboveZero_IsRefused(int seconds)
    {
        var harness = new ClientHarness();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            harness.InferAsync(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task AnyCall_ForMoreTimeThanMayBeAskedFor_IsRefusedBeforeItIsSent()
    {
        var most = TimeSpan.FromMinutes(3);
        var harness = new ClientHarness(new MultiplexClientOptions { MaxRequestTimeout = most }).ThenAnswer();
        var token = TestContext.Current.CancellationToken;

        await harness.InferAsync(most, token);
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => harness.InferAsync(most + TimeSpan.FromTicks(1), token));
        await Assert.ThrowsAsync<InvalidInputException>(() => harness.Client.CallAsync<IOwnGrain, int>(
            "iris", (grain, ct) => throw new InvalidOperationException("No call is expected."), new InferenceOptions { Timeout = TimeSpan.FromHours(1) }, token));

        Assert.Contains("at most 00:03:00 may be asked for (Multiplex:MaxRequestTimeout)", error.Message, StringComparison.Ordinal);
        Assert.Equal("iris", error.ModelId);
        Assert.Single(harness.Requests);
    }

    [Fact]
    public async Task Call_SiloWentAway_OwnGrainIsCalledAgain()
    {
        var harness = new ClientHarness();
        var tries = 0;
        var own = FakeGrains.Grain<IOwnGrain>((_, arguments) =>
            ++tries == 1 ? Task.FromException<int>(new SiloUnavailableException("gone")) : Task.FromResult((int)arguments[0]! + 1));
        harness.Others = _ => own;

        var call = harness.Client.CallAsync<IOwnGrain, int>(
            "iris", (grain, ct) => grain.AddAsync(41, ct), cancellationToken: TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(await harness.Time.NextTimerAsync());

        Assert.Equal(42, await call);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task Call_CancelledByNobodyHere_IsMadeAgain()
    {
        var harness = new ClientHarness();
        var tries = 0;
        harness.Others = _ => FakeGrains.Grain<IOwnGrain>((_, _) =>
            ++tries == 1 ? Task.FromException<int>(new OperationCanceledException("the silo stops")) : Task.FromResult(7));

        var call = harness.Client.CallAsync<IOwnGrain, int>("iris", (grain, ct) => grain.AddAsync(1, ct), null, TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((7, 2), (await call, tries));
    }

    [Fact]
    public async Task Call_ModelsOwnCodeCancels_EndsSo()
    {
        var harness = new ClientHarness();
        var own = new OperationCanceledException("the model's own");
        OwnErrors.Mark(own);
        harness.Others = _ => FakeGrains.Grain<IOwnGrain>((_, _) => Task.FromException<int>(own));

        Assert.Same(own, await Assert.ThrowsAsync<OperationCanceledException>(() => harness.Client.CallAsync<IOwnGrain, int>(
            "iris", (grain, ct) => grain.AddAsync(1, ct), null, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Call_EachTry_CarriesWhatIsLeftOfItsTimeAndLeavesTheCallersContextAlone()
    {
        var harness = new ClientHarness();
        List<TimeSpan?> seen = [];
        harness.Others = _ => FakeGrains.Grain<IOwnGrain>((_, _) =>
        {
            seen.Add(CallTime.Take());
            return seen.Count == 1 ? Task.FromException<int>(new SiloUnavailableException("gone")) : Task.FromResult(0);
        });
        CallTime.Send(TimeSpan.FromSeconds(99));

        var call = harness.Client.CallAsync<IOwnGrain, int>(
            "iris",
            (grain, ct) => grain.AddAsync(1, ct),
            new InferenceOptions { Timeout = TimeSpan.FromSeconds(10) },
            TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(4));
        await call;

        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(6)], seen);
        Assert.Equal(TimeSpan.FromSeconds(99), CallTime.Take());
    }

    [Fact]
    public async Task Call_SiloNeverAnswers_EndsASecondAfterTheDeadline()
    {
        var harness = new ClientHarness();
        harness.Others = _ => FakeGrains.Grain<IOwnGrain>((_, _) => new TaskCompletionSource<int>().Task);

        var call = CallInThreeSecondsAsync(harness);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(3.9));
        Assert.False(call.IsCompleted);
        harness.Time.Advance(TimeSpan.FromSeconds(0.1));

        await Assert.ThrowsAsync<InferenceTimeoutException>(() => call);
    }

    [Fact]
    public async Task Call_SiloAnswersItsOwnErrorJustAfterTheDeadline_ThatErrorIsThrown()
    {
        var harness = new ClientHarness();
        var answer = new TaskCompletionSource<int>();
        harness.Others = _ => FakeGrains.Grain<IOwnGrain>((_, _) => answer.Task);
        var error = new ModelLoadingException("iris", "fetching", TimeSpan.FromSeconds(3));

        var call = CallInThreeSecondsAsync(harness);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(TimeSpan.FromSeconds(3.2));
        answer.SetException(error);

        Assert.Same(error, await Record.ExceptionAsync(() => call));
    }

    [Fact]
    public async Task Reads_SiloWentAway_AreSentAgain()
    {
        var harness = new ClientHarness();
        var tries = 0;
        harness.Others = _ => FakeGrains.Grain<IClusterResidencyGrain>((method, _) =>
            ++tries == 1
                ? Task.FromException<ImmutableArray<SiloResidency>>(FakeGrains.Rejection("Silo stopping"))
                : Task.FromResult(ImmutableArray<SiloResidency>.Empty));

        var call = harness.Client.GetSilosAsync(TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(await harness.Time.NextTimerAsync());

        Assert.Empty(await call);
        Assert.Equal([0L], harness.Keys);
    }

    // A cluster that has just begun tells of its classes one silo after the other.
    [Fact]
    public async Task Control_NoSiloThatHoldsModelsIsKnownYet_IsAskedAgain()
    {
        var harness = new ClientHarness();
        var tries = 0;
        harness.Others = _ => ++tries == 1
            ? throw new ArgumentException("Could not find an implementation for interface multiplex.IModelControlGrain")
            : FakeGrains.Grain<IModelControlGrain>((method, _) => Task.FromResult(ImmutableArray<PinReport>.Empty));

        var call = harness.Client.GetPinsAsync(TestContext.Current.CancellationToken);
        await harness.Time.NextTimerAsync();
        harness.Time.Advance(await harness.Time.NextTimerAsync());

        Assert.Empty(await call);
    }

    private static Task<int> CallInThreeSecondsAsync(ClientHarness harness) => harness.Client.CallAsync<IOwnGrain, int>(
        "iris",
        (grain, ct) => grain.AddAsync(1, ct),
        new InferenceOptions { Timeout = TimeSpan.FromSeconds(3) },
        TestContext.Current.CancellationToken);
}
