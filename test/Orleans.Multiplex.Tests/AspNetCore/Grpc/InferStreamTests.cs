using Grpc.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class InferStreamTests
{
    [Fact]
    public async Task Error_WithATimeToWait_SaysItInItsText()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (model, _, _, _) => throw new OverloadedException(model, "The queue is full.", TimeSpan.FromSeconds(1.5)),
        });
        using var stream = host.Stream();

        await stream.SendAsync("1");

        Assert.Equal("The queue is full. Retry after 2 s.", (await stream.NextAsync()).ErrorMessage);
        await stream.RequestStream.CompleteAsync();
    }

    [Fact]
    public async Task Requests_OfAStream_RunSideBySideUpToTheBoundAndAreAnsweredInTheirOrder()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client);
        using var stream = host.Stream();
        await stream.SendAsync(Enumerable.Range(0, 20).Select(i => $"r{i}"));
        await model.CalledAsync(InferStream.MaxOutstanding);

        // The later ones first: no answer goes out, and no further request is read, before the first is answered.
        for (var call = InferStream.MaxOutstanding - 1; call > 0; call--)
        {
            model.Answer(call);
        }

        Assert.Equal(InferStream.MaxOutstanding, model.Count);
        model.Answer(0);
        for (var i = 0; i < 20; i++)
        {
            if (i >= InferStream.MaxOutstanding)
            {
                await model.CalledAsync();
                model.Answer(i);
            }

            var answer = await stream.NextAsync($"r{i}");
            Assert.Equal(BitConverter.GetBytes(i), answer.RawOutputContents.Single().ToByteArray());
        }

        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Answer_OfAStream_IsThatOfASingleCall()
    {
        await using var host = await GrpcHost.StartAsync();
        var request = GrpcHost.Typed("FP32", [2], new() { Fp32Contents = { 1, float.NaN } });
        (request.Id, request.ModelName, request.ModelVersion) = ("é", "team/iris", "3");
        using var stream = host.Stream();

        await stream.SendAsync(request);

        Assert.Equal(await host.InferAsync(request), await stream.NextAsync("é"));
        Assert.Equal("team/iris@3", host.Fake.Last!.Value.Model);
        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Stream_WithoutRequests_EndsWell()
    {
        await using var host = await GrpcHost.StartAsync();
        using var stream = host.Stream();

        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Error_OfOneRequest_IsItsAnswerAndTheStreamGoesOn()
    {
        await using var host = await GrpcHost.StartAsync(Failing());
        using var stream = host.Stream(metadata: ("multiplexed_model_id", "fallback"));
        var bad = StreamCalls.Request("type");
        bad.Inputs[0].Datatype = "FP99";

        await stream.SendAsync("fine");
        await stream.SendAsync(bad);
        await stream.SendAsync(StreamCalls.Request("unknown", model: "gone"));
        await stream.SendAsync(StreamCalls.Request("odd", model: "bug"));
        await stream.SendAsync(StreamCalls.Request("noid", model: "a//b"));
        await stream.SendAsync(StreamCalls.Request("unnamed", model: ""));

        await stream.NextAsync("fine");
        await stream.NextErrorAsync("type", "there is no datatype 'FP99'");
        await stream.NextErrorAsync("unknown", "no model 'gone'");
        await stream.NextErrorAsync("odd", "internal error (trace ");
        await stream.NextErrorAsync("noid", "a//b");
        Assert.Equal("fallback", (await stream.NextAsync("unnamed")).ModelName);
        await stream.CompleteAsync();
        var logged = Assert.Single(host.Http.Log.Entries, entry => entry.Level >= LogLevel.Warning);
        Assert.Equal((2003, "secret detail"), (logged.EventId, logged.Error!.Message));
        Assert.Contains("'bug'", logged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_WantedAsStatus_EndsTheStreamAfterTheAnswersBeforeIt()
    {
        await using var host = await GrpcHost.StartAsync(Failing());
        using var stream = host.Stream(metadata: ("triton_grpc_error", "true"));

        await stream.SendAsync("first", "second");
        await stream.SendAsync(StreamCalls.Request("unknown", model: "gone"));

        await stream.NextAsync("first");
        await stream.NextAsync("second");
        var error = await stream.EndAsync(StatusCode.NotFound);
        Assert.Contains("no model 'gone'", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("2", error.Trailers.GetValue("retry-after"));
    }

    [Fact]
    public async Task Error_WantedAsStatus_CancelsWhatRunsBehindIt()
    {
        var model = new HeldModel();
        var fake = model.Client;
        var held = fake.OnInfer;
        fake.OnInfer = (name, inputs, options, token) => name == "gone" ? throw NotFound(name) : held(name, inputs, options, token);
        await using var host = await GrpcHost.StartAsync(fake);
        using var stream = host.Stream(metadata: ("triton_grpc_error", "TRUE"));

        await stream.SendAsync("first");
        await stream.SendAsync(StreamCalls.Request("unknown", model: "gone"));
        await stream.SendAsync("third");
        await model.CalledAsync(2);
        model.Answer(0);

        await stream.NextAsync("first");
        await stream.EndAsync(StatusCode.NotFound);
        Assert.Equal(1, model.Cancelled);
    }

    [Fact]
    public async Task Client_Gone_CancelsAllThatIsInWork()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client);
        using var leaving = new CancellationTokenSource();
        using var stream = host.Stream(cancellation: leaving.Token);
        await stream.SendAsync("a", "b", "c");
        await model.CalledAsync(3);

        await leaving.CancelAsync();

        await stream.EndAsync(StatusCode.Cancelled);
        while (!(await host.Http.Log.NextAsync(2002).Soon()).Message.EndsWith("Model: ''.", StringComparison.Ordinal))
        {
            // Those of the single requests.
        }

        Assert.Equal((3, 3), (model.Count, model.Cancelled));
        Assert.Equal(0, host.Http.InFlight.Charged);
        Assert.DoesNotContain(host.Http.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Deadline_OfTheStream_BoundsEachRequestAndEndsAll()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client);
        await host.Inference.ServerLiveAsync(new(), cancellationToken: HttpHost.Cancellation);
        using var stream = host.Stream(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1));
        await stream.SendAsync("a", "b");
        await model.CalledAsync(2);

        await stream.EndAsync(StatusCode.DeadlineExceeded);

        Assert.InRange(host.Fake.Last!.Value.Options.Timeout!.Value, TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1001));
        await host.Http.Log.NextAsync(2002).Soon();
        Assert.Equal(2, model.Cancelled);
    }

    [Fact]
    public async Task Timeout_OfARequest_IsItsOwn()
    {
        var timeouts = new List<TimeSpan?>();
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = (_, inputs, options, _) =>
            {
                timeouts.Add(options.Timeout);
                return Task.FromResult(FakeMultiplexClient.Answer(inputs));
            },
        });
        using var stream = host.Stream();
        var timed = StreamCalls.Request("b");
        timed.Parameters["timeout"] = new() { Int64Param = 5000 };

        await stream.SendAsync("a");
        await stream.SendAsync(timed);
        await stream.SendAsync("c");
        await stream.NextAsync("a");
        await stream.NextAsync("b");
        await stream.NextAsync("c");

        Assert.Equal([null, TimeSpan.FromMilliseconds(5), null], timeouts);
        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Server_Stopping_AnswersWhatItHasReadAndReadsNoMore()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client);
        using var stream = host.Stream();
        await stream.SendAsync("a", "b");
        await model.CalledAsync(2);

        var stopped = host.Http.StopAsync();
        model.Answer(0);
        model.Answer(1);

        await EndsAsync(stream, stopped);
        Assert.Equal((2, 0), (model.Count, model.Cancelled));
        Assert.Equal(["OK", "OK", "Unavailable"], Outcomes(host));
    }

    [Fact]
    public async Task Server_StoppingWhileAStreamIsIdle_EndsIt()
    {
        await using var host = await GrpcHost.StartAsync();
        using var stream = host.Stream();
        await stream.SendAsync("a");
        await stream.NextAsync("a");

        await EndsAsync(stream, host.Http.StopAsync());

        Assert.Equal(["OK", "Unavailable"], Outcomes(host));
    }

    // The connection is closed right behind the stream: this client may find that sooner than the status, or than answers that it has
    // not read. The server stops long before it would lose its patience, which is after half a minute.
    private static async Task EndsAsync(AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream, Task stopped)
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await stream.NextAsync();
            }
        });
        Assert.True(error.StatusCode is StatusCode.Unavailable or StatusCode.Internal, error.ToString());
        await stopped.WaitAsync(TimeSpan.FromSeconds(20), HttpHost.Cancellation);
    }

    private static IEnumerable<string> Outcomes(GrpcHost host) => host.Http.Log.Entries
        .Where(entry => entry.EventId == 2004)
        .Select(entry => entry.Message.Split("answered ")[1].Split(' ')[0]);

    private static FakeMultiplexClient Failing() => new()
    {
        OnInfer = static (model, inputs, _, _) => model switch
        {
            "gone" => throw NotFound(model),
            "bug" => throw new InvalidOperationException("secret detail"),
            _ => Task.FromResult(FakeMultiplexClient.Answer(inputs)),
        },
    };

    private static ModelNotFoundException NotFound(string model) => new(model, $"There is no model '{model}'.", TimeSpan.FromSeconds(2));
}
