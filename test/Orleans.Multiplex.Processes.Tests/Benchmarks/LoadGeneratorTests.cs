using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.LoadGenerator;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Benchmarks;

/// <summary>The load generator tells right answers from others, and when it meant to send a request.</summary>
public sealed class LoadGeneratorTests
{
    private static readonly float[] Numbers = [1.5f, -2, 3e10f];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_OfRawAnswers_TellsWrongNumbersFromRightOnes(bool isHttp2)
    {
        await using var server = await StartAsync(isHttp2, static context =>
        {
            context.Response.ContentLength = 4 + (Numbers.Length * sizeof(float));
            return context.Response.Body.WriteAsync((byte[])[.. "head"u8, .. Bytes(Numbers)]).AsTask();
        });

        var right = await RunAsync(server, new Call { Path = "/", Body = new byte[100], Expected = Bytes(Numbers) });
        var wrong = await RunAsync(server, new Call { Path = "/", Body = new byte[100], Expected = Bytes([1.5f, -2, 4e10f]) });

        Assert.Equal((200, 200, 200, 0), (right.Sent, right.Right, right.Compared, right.Wrong));
        Assert.Equal((200, 0, 200, 200), (wrong.Sent, wrong.Right, wrong.Compared, wrong.Wrong));
        Assert.Equal(200, right.Latency.Count);
        Assert.Equal(0, right.Disconnected + right.Unanswered);
    }

    [Theory]
    [InlineData(false, 20_000)]
    [InlineData(true, 20_000)]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    public async Task Load_OfJsonInPieces_IsPutTogether(bool isHttp2, int padding)
    {
        await using var server = await StartAsync(isHttp2, async context =>
        {
            foreach (var piece in (string[])["{\"padding\":\"", new string('x', padding), "\",\"data\":[1.5,-2", ",3e10]}"])
            {
                await context.Response.WriteAsync(piece);
                await context.Response.Body.FlushAsync();
            }
        });

        var result = await RunAsync(server, new Call { Path = "/", Body = new byte[50_000], Expected = Bytes(Numbers), IsJson = true });
        var wrong = await RunAsync(server, new Call { Path = "/", Body = new byte[50_000], Expected = Bytes([.. Numbers, 4]), IsJson = true });

        Assert.Equal((200, 200, 0), (result.Right, result.Compared, result.Wrong));
        Assert.Equal((0, 200), (wrong.Right, wrong.Wrong));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_OfRefusals_CountsThemByStatusAndWhetherTheySayWhenToComeBack(bool isHttp2)
    {
        await using var server = await StartAsync(isHttp2, static context =>
        {
            if (context.Request.Path == "/later")
            {
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = "1";
            }

            return Task.CompletedTask;
        });

        var result = await RunAsync(server, new Call { Path = "/later", Weight = 1 }, new Call { Path = "/", Weight = 1 });

        Assert.Equal(200, result.Answers);
        Assert.Equal(["200", "429"], result.Statuses.Keys.Order());
        Assert.Equal(result.Statuses["429"], result.WithRetryAfter);
        Assert.Equal((result.Statuses["200"], result.Statuses["429"]), (result.Latency.Count, result.OtherLatency.Count));
    }

    [Fact]
    public async Task Load_AtARate_ChargesAServerThatStandsStillWithAllThatWasMeantToComeMeanwhile()
    {
        var isFirst = 1;
        await using var server = await StartAsync(isHttp2: false, async context =>
        {
            if (Interlocked.Exchange(ref isFirst, 0) == 1)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), TimeProvider.System, context.RequestAborted);
            }
        });

        var result = await RunAsync(server, load => load with { Rate = 200, Seconds = 1, Connections = 1, MaxRequests = 0 }, new Call { Path = "/" });

        // Some hundred of two hundred came while the one connection was taken, 250 ms in the mean before it was free.
        Assert.True(result.Latency.P90 > 100, $"p90 is {result.Latency.P90} ms.");
        Assert.Equal(result.Sent, result.Right);
    }

    [Theory]
    [InlineData("http://192.0.2.1:80")]
    [InlineData("http://example.com")]
    [InlineData("https://127.0.0.1:80")]
    public async Task Load_ElsewhereThanOnThisMachine_IsRefused(string address)
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => LoadProcess.RunAsync(Generator, new Load { Address = address, Calls = [new Call { Path = "/" }] }));

        Assert.Contains("code 2", refused.Message, StringComparison.Ordinal);
    }

    private static string Generator => HostProcess.FindExecutable("test/Orleans.Multiplex.LoadGenerator/Orleans.Multiplex.LoadGenerator");

    private static Task<LoadResult> RunAsync(WebApplication server, params Call[] calls) => RunAsync(server, static load => load, calls);

    private static Task<LoadResult> RunAsync(WebApplication server, Func<Load, Load> change, params Call[] calls) =>
        LoadProcess.RunAsync(Generator, change(new Load
        {
            Address = server.Urls.Single(),
            IsHttp2 = server.Configuration["http2"] == "True",
            Calls = calls,
            Connections = 4,
            Seconds = 20,
            MaxRequests = 200,
            CheckedOneOf = 1,
        }));

    private static byte[] Bytes(float[] numbers) => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    private static async Task<WebApplication> StartAsync(bool isHttp2, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder([$"--http2={isHttp2}"]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = isHttp2 ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var server = builder.Build();
        server.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await answer(context);
        });
        await server.StartAsync();
        return server;
    }
}
