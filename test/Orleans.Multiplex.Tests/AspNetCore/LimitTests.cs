using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class LimitTests
{
    private static readonly Action<IDictionary<string, string?>> Small = settings =>
    {
        settings["Multiplex:MaxRequestBytes"] = "4KiB";
        settings["Multiplex:MaxBytesInFlight"] = "20KiB";
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_LongerThanTheLimit_IsRefused(bool chunked)
    {
        await using var host = await HttpHost.StartAsync(settings: Small);

        var reply = await PostAsync(host, Filled(5000), chunked);

        reply.IsError(HttpStatusCode.RequestEntityTooLarge);
        Assert.Null(host.Fake.Last);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_OfExactlyTheLimit_IsRead(bool chunked)
    {
        await using var host = await HttpHost.StartAsync(settings: Small);

        (await PostAsync(host, Filled(4096), chunked)).IsOk();
    }

    [Fact]
    public async Task Body_LargerThanTheServersOwnLimit_IsReadUpToOurs()
    {
        await using var host = await HttpHost.StartAsync();

        (await PostAsync(host, Filled(40_000_000), chunked: true)).IsOk();
    }

    [Fact]
    public async Task Tensors_LargerThanTheLimitOnceRead_AreRefused()
    {
        await using var host = await HttpHost.StartAsync(settings: Small);
        var zeros = string.Join(',', Enumerable.Repeat('0', 600));

        (await host.InferAsync($$"""{"inputs":[{"name":"X","shape":[600],"datatype":"FP64","data":[{{zeros}}]}]}"""))
            .IsError(HttpStatusCode.RequestEntityTooLarge, "MaxRequestBytes");
        (await host.InferAsync($$"""{"inputs":[{"name":"X","shape":[600],"datatype":"FP32","data":[{{zeros}}]}]}""")).IsOk();
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData(5000, 413)]
    [InlineData(3000, 200)]
    public async Task Outputs_TakeTheirPart(int count, int status)
    {
        await using var host = await HttpHost.StartAsync(settings: static settings =>
        {
            settings["Multiplex:MaxRequestBytes"] = "1MiB";
            settings["Multiplex:MaxBytesInFlight"] = "2MiB";
        });
        var most = 0L;
        host.Fake.OnInfer = (_, inputs, _, _) =>
        {
            most = host.InFlight.Charged;
            return Task.FromResult(FakeMultiplexClient.Answer(inputs));
        };

        var outputs = string.Join(',', Enumerable.Range(0, count).Select(static i => $$"""{"name":"{{i}}"}"""));
        var reply = await host.InferAsync($$"""{"inputs":[],"outputs":[{{outputs}}]}""");

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(0, host.InFlight.Charged);
        if (status == 200)
        {
            Assert.InRange(most, count * 200, 1 << 20);
        }
    }

    [Fact]
    public async Task Body_ThatGrows_IsChargedWithTheBufferThatItIsCopiedFrom()
    {
        await using var host = await HttpHost.StartAsync(settings: static settings =>
        {
            settings["Multiplex:MaxRequestBytes"] = "1MiB";
            settings["Multiplex:MaxBytesInFlight"] = "2MiB";
        });
        using var others = host.InFlight.Open("");
        others.Charge(700 << 10);

        (await PostAsync(host, Filled(500_000), chunked: true)).IsOk();
        (await PostAsync(host, Filled(1_000_000), chunked: true)).IsError(HttpStatusCode.TooManyRequests, "MaxBytesInFlight");
        Assert.Equal(700 << 10, host.InFlight.Charged);
    }

    [Theory]
    [InlineData("""{"name":"","shape":[0],"datatype":"BOOL","data":[]}""")]
    [InlineData("""{"name":"","shape":[0],"datatype":"BOOL","parameters":{"binary_data_size":0}}""")]
    public async Task Inputs_WithoutElements_TakeTheirPart(string input)
    {
        await using var host = await HttpHost.StartAsync(settings: static settings =>
        {
            settings["Multiplex:MaxRequestBytes"] = "1MiB";
            settings["Multiplex:MaxBytesInFlight"] = "2MiB";
        });

        // Less than half of the limit as text, more than it as inputs.
        var body = $$"""{"inputs":[{{string.Join(',', Enumerable.Repeat(input, 5000))}}]}""";
        (await host.PostAsync("/v2/models/iris/infer", body, ("Inference-Header-Content-Length", $"{body.Length}")))
            .IsError(HttpStatusCode.RequestEntityTooLarge, "Send fewer at once");

        Assert.Null(host.Fake.Last);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task InFlight_Full_RefusesUntilARequestIsAnswered()
    {
        var holding = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient
            {
                OnInfer = async (model, inputs, _, _) =>
                {
                    if (model == "slow")
                    {
                        holding.SetResult();
                        await release.Task;
                    }

                    return FakeMultiplexClient.Answer([]);
                },
            },
            settings: values =>
            {
                values["Multiplex:MaxRequestBytes"] = "4KiB";
                values["Multiplex:MaxBytesInFlight"] = "8KiB";
            });
        var large = $$"""{"inputs":[{"name":"X","shape":[900],"datatype":"FP32","data":[{{string.Join(',', Enumerable.Repeat('0', 900))}}]}]}""";

        var slow = host.PostAsync("/v2/models/slow/infer", large);
        await holding.Task;
        Assert.Equal(3600 + 256 + sizeof(char) + sizeof(long), host.InFlight.Charged);
        var refused = (await host.InferAsync(large)).IsError(HttpStatusCode.TooManyRequests, "MaxBytesInFlight");
        Assert.Equal("1", refused.Headers["Retry-After"]);
        release.SetResult();
        (await slow).IsOk();

        (await host.InferAsync(large)).IsOk();
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Body_CutOffBeforeItsEnd_IsNoErrorInTheLog()
    {
        await using var host = await HttpHost.StartAsync();

        using (var connection = new System.Net.Sockets.TcpClient())
        {
            await connection.ConnectAsync(IPAddress.Loopback, host.Address.Port, HttpHost.Cancellation);
            await connection.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes("POST /v2/models/iris/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"inputs\":["), HttpHost.Cancellation);
            await host.Log.NextAsync(2000);
        }

        await host.StopAsync();
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Start_BadSettings_FailsWithEveryFaultListed()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => HttpHost.StartAsync(settings: values =>
        {
            values["Multiplex:MaxRequestBytes"] = "2GiB";
            values["Multiplex:MaxBytesInFlight"] = "1KiB";
            values["Multiplex:RequestTimeout"] = "00:00:00";
        }));

        foreach (var part in new[] { "Multiplex:MaxRequestBytes is 2GiB", "Multiplex:MaxBytesInFlight is 1KiB", "Multiplex:RequestTimeout is 00:00:00" })
        {
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_LargestRequestWouldNotPassAlone_Fails()
    {
        var error = await Assert.ThrowsAsync<WrongSettingsException>(() => HttpHost.StartAsync(settings: static values =>
            values["Multiplex:MaxBytesInFlight"] = "100MiB"));

        Assert.Contains("at least twice Multiplex:MaxRequestBytes (64MiB)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Account_ManyRequestsAtOnce_NeverChargesBeyondTheLimitAndGivesAllBack()
    {
        var total = new BytesInFlight(Options.Create(new Orleans.Multiplex.AspNetCore.MultiplexHttpOptions { MaxBytesInFlight = new ByteSize(1000) }));
        var granted = 0L;
        var highest = 0L;

        Parallel.For(0, 20_000, i =>
        {
            using var account = total.Open("iris");
            try
            {
                account.Charge(1 + (i % 400));
                var now = Interlocked.Add(ref granted, 1 + (i % 400));
                InterlockedMax(ref highest, now);
                Interlocked.Add(ref granted, -1 - (i % 400));
            }
            catch (OverloadedException)
            {
                // Refused: nothing is charged.
            }
        });

        Assert.InRange(highest, 1, 1000);
        Assert.Equal(0, total.Charged);
    }

    private static void InterlockedMax(ref long target, long value)
    {
        for (var seen = Volatile.Read(ref target); value > seen;)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private static string Filled(int length)
    {
        const string Body = """{"inputs":[]}""";
        return Body + new string(' ', length - Body.Length);
    }

    private static async Task<Reply> PostAsync(HttpHost host, string body, bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v2/models/iris/infer", UriKind.Relative))
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var response = await host.Http.SendAsync(request, HttpHost.Cancellation);
        return await Reply.ReadAsync(response);
    }
}
