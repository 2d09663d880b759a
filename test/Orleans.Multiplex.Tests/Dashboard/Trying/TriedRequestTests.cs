using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore;
using Orleans.Multiplex.Tests.AspNetCore.Access;
using Xunit;

namespace Orleans.Multiplex.Tests.Dashboard.Trying;

/// <summary>A request that is tried on a page, beside the same one over HTTP.</summary>
public sealed class TriedRequestTests
{
    private const string Body = """{"id":"t1","inputs":[{"name":"X","shape":[2],"datatype":"FP32","data":[1.5,2]}]}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Send_Request_IsAnsweredAsOverHttp(bool isCold)
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient { OnInfer = (_, inputs, _, _) => Task.FromResult(FakeMultiplexClient.Answer(inputs, "silo-7", isCold)) });

        var answer = await SendAsync(host, Body);

        Assert.Equal("iris", host.Fake.Last!.Value.Model);
        Assert.Equal([1.5f, 2f], ((Tensor)Assert.Single(host.Fake.Last!.Value.Inputs)).ToArray<float>());
        Assert.Equal((200, "silo-7", isCold), (answer.Status, answer.Silo, answer.IsCold));
        Assert.True(JsonElement.DeepEquals((await host.InferAsync(Body)).IsOk().Json, JsonDocument.Parse(answer.Text).RootElement));
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Send_Answer_IsIndented()
    {
        await using var host = await HttpHost.StartAsync();

        Assert.StartsWith("{\n  \"model_name\": \"iris\"", (await SendAsync(host, Body)).Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ModelWithAVersion_AsksForThatVersion()
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(200, (await SendAsync(host, Body, "iris@2")).Status);
        Assert.Equal("iris@2", host.Fake.Last!.Value.Model);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("""{"inputs":[{"name":"X","shape":[3],"datatype":"FP32","data":[1]}]}""")]
    [InlineData("""{"inputs":[{"name":"X","shape":[1],"datatype":"FP32","parameters":{"binary_data_size":4}}]}""")]
    public async Task Send_FaultyBody_IsRefusedInTheWordsOfHttp(string body)
    {
        await using var host = await HttpHost.StartAsync();

        await CheckSameErrorAsync(host, body, HttpStatusCode.BadRequest);

        Assert.Null(host.Fake.Last);
    }

    [Fact]
    public async Task Send_BodyLongerThanAllowed_IsRefusedInTheWordsOfHttp()
    {
        await using var host = await HttpHost.StartAsync(settings: static settings => settings["Multiplex:MaxRequestBytes"] = "4KiB");

        await CheckSameErrorAsync(host, Body + new string(' ', 4096), HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [MemberData(nameof(ErrorTests.Table), MemberType = typeof(ErrorTests))]
    public async Task Send_ErrorOfEachKind_IsSaidInTheWordsOfHttp(Exception error, int status, string? _)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = (_, _, _, _) => throw error });

        await CheckSameErrorAsync(host, Body, (HttpStatusCode)status);
    }

    [Fact]
    public async Task Send_ErrorThatNobodyForesaw_SaysItsKindAndNoMoreButInTheLog()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnInfer = static (_, _, _, _) => throw new InvalidOperationException("secret detail") });

        Assert.Equal(
            new TriedAnswer(500, "It failed unexpectedly (InvalidOperationException); the log of this process says more.", "", IsCold: false), await SendAsync(host, Body));
        Assert.Equal(2003, Assert.Single(host.Log.Entries, static entry => entry.Level == LogLevel.Error).EventId);
    }

    [Fact]
    public async Task Send_WhoTriesLeaves_TheCallEnds()
    {
        var called = new Checkpoint();
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = async (_, inputs, _, token) =>
            {
                await called.PassAsync(token);
                return FakeMultiplexClient.Answer(inputs);
            },
        });
        using var leaving = new CancellationTokenSource();
        var trying = ActivatorUtilities.CreateInstance<TriedRequest>(host.Services)
            .SendAsync(host.Services, AccessGrant.Everything, "iris", Body, leaving.Token);
        await called.Reached;

        await leaving.CancelAsync();

        Assert.Equal(500, (await trying.Soon()).Status);
        Assert.DoesNotContain(host.Log.Entries, static entry => entry.Level == LogLevel.Error);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Send_KeyWithoutTheRight_IsRefusedAndCounted()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        Assert.Equal(new TriedAnswer(403, "The key 'read' lacks the right 'infer'.", "", IsCold: false), await SendAsync(host, Body, key: "read"));
        Assert.Null(host.Fake.Last);
        Assert.Equal(1, host.Services.GetRequiredService<RefusalLog>().GetCount(RefusalReason.NoRight));
    }

    [Fact]
    public async Task Send_KeyForOtherModels_IsRefusedInTheWordsOfHttp()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        var answer = await SendAsync(host, Body, key: "team");

        Assert.Equal((403, (await host.PostAsync("/v2/models/iris/infer", Body, ("authorization", "Bearer key-team"))).Error), (answer.Status, answer.Text));
        Assert.Null(host.Fake.Last);
        Assert.Equal(200, (await SendAsync(host, Body, "team-a/iris", key: "team")).Status);
    }

    [Fact]
    public async Task Send_KeyAtItsRate_IsRefusedUntilTheNextOneMayCome()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);
        var grant = Grant(host, "slow");

        // What opened the page was counted with it.
        Assert.Equal(200, (await SendAsync(host, grant, Body)).Status);
        Assert.Equal(200, (await SendAsync(host, grant, Body)).Status);
        Assert.Equal(429, (await SendAsync(host, grant, Body)).Status);
    }

    [Fact]
    public async Task Send_OutputsAsRawBytes_SaysHowManyInsteadOfShowingThem()
    {
        await using var host = await HttpHost.StartAsync();

        var text = (await SendAsync(host, """{"inputs":[{"name":"X","shape":[3],"datatype":"FP32","data":[1,2,3]}],"parameters":{"binary_data_output":true}}""")).Text;

        var lines = text.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal("… and 12 raw bytes", lines[^1]);
        Assert.Equal(12, JsonDocument.Parse(string.Join('\n', lines[..^1])).RootElement.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Send_LongAnswer_IsShownUpToWhatAPageHasRoomFor(int tooMany, bool isCut)
    {
        const int Room = 64 << 10;
        var length = 0;
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient { OnInfer = (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer([Tensor.Create("T", [new string('x', length)])])) });
        length = Room - (await SendAsync(host, Body)).Text.Length + tooMany;

        var text = (await SendAsync(host, Body)).Text;

        Assert.Equal(isCut ? "\n… and 1 more characters" : "", text[Room..]);
    }

    private static async Task CheckSameErrorAsync(HttpHost host, string body, HttpStatusCode status)
    {
        var reply = (await host.InferAsync(body)).IsError(status);

        Assert.Equal(new TriedAnswer((int)status, reply.Error, "", IsCold: false), await SendAsync(host, body));
        Assert.Equal(0, host.InFlight.Charged);
    }

    private static void Keys(IDictionary<string, string?> settings)
    {
        AccessHost.SetKey(settings, "read", "read");
        AccessHost.SetKey(settings, "team", "infer", "team-a");
        AccessHost.SetKey(settings, "slow", "infer");
        settings["Multiplex:ApiKeys:slow:Rate"] = (0.001).ToString(CultureInfo.InvariantCulture);
    }

    private static AccessGrant Grant(HttpHost host, string? key) => key is null ? AccessGrant.Everything : new AccessGrant(host.Services.GetRequiredService<ApiKeys>().Find($"key-{key}"));

    private static Task<TriedAnswer> SendAsync(HttpHost host, string body, string model = "iris", string? key = null) => SendAsync(host, Grant(host, key), body, model);

    private static Task<TriedAnswer> SendAsync(HttpHost host, AccessGrant grant, string body, string model = "iris") =>
        ActivatorUtilities.CreateInstance<TriedRequest>(host.Services).SendAsync(host.Services, grant, model, body, HttpHost.Cancellation);
}
