using System.Diagnostics.CodeAnalysis;
using Grpc.Core;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

[SuppressMessage("Reliability", "CA2025:Ensure tasks using 'IDisposable' instances complete before the instances are disposed", Justification = "The sending is awaited.")]
public sealed class StreamLimitTests
{
    private const int Limit = 2 << 20;

    private static readonly Action<IDictionary<string, string?>> Small =
        static values => (values["Multiplex:MaxRequestBytes"], values["Multiplex:MaxBytesInFlight"]) = ("1MiB", "2MiB");

    [Theory]
    [InlineData(1000, 64 << 10)]
    [InlineData(100, 700_000)]
    public async Task Messages_OfOneStream_AreGivenBackAsTheyAreAnswered(int messages, int bytes)
    {
        var most = 0L;
        GrpcHost? host = null;
        await using var running = host = await GrpcHost.StartAsync(
            new FakeMultiplexClient
            {
                OnInfer = async (_, inputs, _, _) =>
                {
                    // Beside the others of the stream.
                    await Task.Yield();
                    InterlockedMax(ref most, host!.Http.InFlight.Charged);
                    return FakeMultiplexClient.Answer([Tensor.Create("bytes", [((Tensor)inputs[0]).Data.Length])]);
                },
            },
            Small);
        using var stream = host.Stream();

        var sent = stream.SendAsync(messages, bytes);
        for (var i = 0; i < messages; i++)
        {
            var answer = await stream.NextAsync($"{i}");
            Assert.Equal(BitConverter.GetBytes(bytes), answer.RawOutputContents.Single().ToByteArray());
        }

        await sent;
        Assert.InRange(most, bytes, Limit);

        // The stream is still open. A request is given back before the next answer goes out.
        await stream.SendAsync("small");
        await stream.NextAsync("small");
        Assert.InRange(host.Http.InFlight.Charged, 0, 1000);
        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Messages_OfOneStreamThatFillTheMemory_WaitForItsOwnAnswers()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client, Small);
        using var stream = host.Stream();

        // No two of them fit side by side.
        var sent = stream.SendAsync(4, 1_100_000);
        for (var i = 0; i < 4; i++)
        {
            await model.CalledAsync();
            Assert.Equal(i + 1, model.Count);
            model.Answer(i);
            await stream.NextAsync($"{i}");
        }

        await sent;
        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Message_WhileOthersFillTheMemory_EndsTheStream()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client, Small);
        using var other = host.Stream();
        await other.SendAsync(StreamCalls.Request("a", 1_000_000));
        await other.SendAsync(StreamCalls.Request("b", 1_000_000));
        await model.CalledAsync(2);
        using var stream = host.Stream();

        var sent = stream.SendAsync(StreamCalls.Request("c", 500_000));

        var error = await stream.EndAsync(StatusCode.ResourceExhausted);
        await Record.ExceptionAsync(() => sent);
        Assert.Contains("Multiplex:MaxBytesInFlight", error.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("1", error.Trailers.GetValue("retry-after"));
        model.Answer(0);
        model.Answer(1);
        await other.NextAsync("a");
        await other.NextAsync("b");
        await other.CompleteAsync();
    }

    [Fact]
    public async Task Message_OverTheLimit_EndsTheStreamAfterTheAnswersBeforeIt()
    {
        var model = new HeldModel();
        await using var host = await GrpcHost.StartAsync(model.Client, Small);
        using var stream = host.Stream();
        await stream.SendAsync("a");
        await model.CalledAsync();

        // It is refused by its length, and not read: its sending ends with the stream.
        var sent = stream.SendAsync(StreamCalls.Request("b", (1 << 20) + (64 << 10)));
        model.Answer(0);

        await stream.NextAsync("a");
        await stream.EndAsync(StatusCode.ResourceExhausted);
        await Record.ExceptionAsync(() => sent);
        Assert.Equal(1, model.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_OverTheLimit_IsAnErrorOfItsRequest(bool streamed)
    {
        await using var host = await GrpcHost.StartAsync(
            new FakeMultiplexClient
            {
                OnInfer = static (model, inputs, _, _) => Task.FromResult(FakeMultiplexClient.Answer(
                    model == "wide" ? [Tensor.Create("y", new byte[(1 << 20) + (64 << 10)])] : inputs)),
            },
            Small);
        var wide = StreamCalls.Request("b", model: "wide");
        if (!streamed)
        {
            await host.FailAsync(wide, StatusCode.ResourceExhausted, "The answer is longer than", "Multiplex:MaxRequestBytes");
            return;
        }

        using var stream = host.Stream();
        await stream.SendAsync(StreamCalls.Request("a"));
        await stream.SendAsync(wide);
        await stream.SendAsync(StreamCalls.Request("c"));

        await stream.NextAsync("a");
        await stream.NextErrorAsync("b", "The answer is longer than");
        await stream.NextAsync("c");
        await stream.CompleteAsync();
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            seen = before == seen ? value : before;
        }
    }
}
