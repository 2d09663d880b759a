using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orleans.Multiplex.AspNetCore;
using Orleans.Multiplex.AspNetCore.Access;
using Orleans.Multiplex.AspNetCore.Hosting;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Access;

/// <summary>What a caller with and without a key is told, and what the log says.</summary>
public sealed class ApiKeyTests
{
    private static readonly (string, string) Infer = ("Authorization", "Bearer key-infer");

    [Fact]
    public async Task Key_Missing_IsAskedForBeforeTheBodyIsRead()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        var reply = (await host.PostAsync("/v2/models/iris/infer", "no JSON")).IsError(HttpStatusCode.Unauthorized, "API key", "Authorization: Bearer");
        Assert.Equal("Bearer", reply.Headers["WWW-Authenticate"]);
        Assert.Equal(401, await host.SendRawAsync("POST /v2/models/iris/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"));
    }

    [Theory]
    [InlineData("Bearer key-infer", HttpStatusCode.OK)]
    [InlineData("bearer   key-infer", HttpStatusCode.OK)]
    [InlineData("Bearer key-infe", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer KEY-INFER", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer ", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", HttpStatusCode.Unauthorized)]
    [InlineData("key-infer", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer key-infer, Bearer key-infer", HttpStatusCode.Unauthorized)]
    public async Task Key_ByHeader_IsKnownOrNot(string header, HttpStatusCode status)
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        Assert.Equal(status, (await host.PostAsync("/v2/models/iris/infer", """{"inputs":[]}""", ("Authorization", header))).Status);
    }

    [Fact]
    public async Task Key_SentTwice_IsNotKnown()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        Assert.Equal(401, await host.SendRawAsync("GET /v2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer key-team\r\nAuthorization: Bearer key-infer\r\n\r\n"));
    }

    [Fact]
    public async Task Key_WithoutTheRight_IsToldWhichItLacks()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        var reply = (await host.GetAsync("/v2", Infer)).IsError(HttpStatusCode.Forbidden, "'infer' lacks the right 'read'");
        Assert.DoesNotContain("WWW-Authenticate", reply.Headers.Keys);
    }

    [Fact]
    public async Task Key_OfOtherModels_CannotTellWhetherAModelExists()
    {
        await using var host = await HttpHost.StartAsync(
            new FakeMultiplexClient { OnDescribe = static model => model == "there" ? FakeMultiplexClient.Describe(model) : throw new ModelNotFoundException(model, "none") },
            Keys);
        var team = ("Authorization", "Bearer key-team");

        var there = (await host.GetAsync("/v2/models/there", team)).IsError(HttpStatusCode.Forbidden, "'team' is for other models");
        var missing = (await host.GetAsync("/v2/models/missing", team)).IsError(HttpStatusCode.Forbidden);

        Assert.Equal(there.Text, missing.Text);
        (await host.GetAsync("/v2/models/team-a@3", team)).IsError(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Silos_ReadByAKeyOfSomeModels_ShowTheseAlone()
    {
        await using var host = await HttpHost.StartAsync(settings: settings =>
        {
            Keys(settings);
            AccessHost.SetKey(settings, "wine", "read", "wine");
        });

        var models = (await host.GetAsync("/multiplex/silos", ("Authorization", "Bearer key-wine"))).IsOk().Json
            .GetProperty("silos")[0].GetProperty("pools")[0].GetProperty("models");

        Assert.Equal("wine", Assert.Single(models.EnumerateArray()).GetProperty("model").GetString());
    }

    [Fact]
    public async Task Key_AboveItsRate_WaitsAsLongAsItIsTold()
    {
        var time = new FakeTimeProvider();
        await using var host = await HttpHost.StartAsync(settings: settings => Limit(settings, "0.25", "2"), time: time);

        Assert.Equal(HttpStatusCode.OK, (await InferAsync(host)).Status);
        Assert.Equal(HttpStatusCode.OK, (await InferAsync(host)).Status);
        var reply = (await InferAsync(host)).IsError(HttpStatusCode.TooManyRequests, "'infer' is at its rate, 0.25 requests per second");
        Assert.Equal("4", reply.Headers["Retry-After"]);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(HttpStatusCode.OK, (await InferAsync(host)).Status);
        (await InferAsync(host)).IsError(HttpStatusCode.TooManyRequests);
        (await host.GetAsync("/v2/health/live", Infer)).IsOk();
        (await host.GetAsync("/v2/models/team-a", ("Authorization", "Bearer key-team"))).IsOk();
    }

    [Fact]
    public async Task Stream_MessagesThatNameNoModel_CountAsWell()
    {
        await using var host = await GrpcHost.StartAsync(settings: settings => Limit(settings, "0.25", "2"), time: new FakeTimeProvider());
        using var stream = host.Stream(metadata: ("authorization", "Bearer key-infer"));

        await stream.SendAsync(StreamCalls.Request("1", model: ""));
        await stream.SendAsync(StreamCalls.Request("2", model: ""));
        await stream.SendAsync(StreamCalls.Request("3", model: ""));

        await stream.NextErrorAsync("1", "set the name of the model");
        await stream.NextErrorAsync("2", "set the name of the model");
        await stream.NextErrorAsync("3", "'infer' is at its rate");
        await stream.CompleteAsync();
    }

    [Fact]
    public async Task Rpc_Refused_HasItsStatusAndMessage()
    {
        await using var host = await GrpcHost.StartAsync(settings: settings => Limit(settings, "0.25", "1"), time: new FakeTimeProvider());
        var request = GrpcHost.Raw("INT8", [1], [1]);
        var key = GrpcHost.Headers(("authorization", "Bearer key-infer"));

        await host.FailAsync(request, StatusCode.Unauthenticated, "This needs an API key: send it as 'Authorization: Bearer <key>'.");
        await host.Inference.ModelInferAsync(request, key, cancellationToken: HttpHost.Cancellation);
        var many = await Assert.ThrowsAsync<RpcException>(() => host.Inference.ModelInferAsync(request, key, cancellationToken: HttpHost.Cancellation).ResponseAsync);
        var right = await Assert.ThrowsAsync<RpcException>(() => host.Inference.ServerMetadataAsync(new(), key, cancellationToken: HttpHost.Cancellation).ResponseAsync);
        var models = await Assert.ThrowsAsync<RpcException>(() => host.Inference.ModelMetadataAsync(
            new ModelMetadataRequest { Name = "iris" }, GrpcHost.Headers(("authorization", "Bearer key-team")), cancellationToken: HttpHost.Cancellation).ResponseAsync);

        Assert.Equal((StatusCode.ResourceExhausted, "4"), (many.StatusCode, many.Trailers.GetValue("retry-after")));
        Assert.Equal((StatusCode.PermissionDenied, "The key 'infer' lacks the right 'read'."), (right.StatusCode, right.Status.Detail));
        Assert.Equal((StatusCode.PermissionDenied, "The key 'team' is for other models."), (models.StatusCode, models.Status.Detail));
    }

    [Fact]
    public async Task Rpc_PathAskedByPlainHttp_IsRefusedAsHttp()
    {
        await using var host = await HttpHost.StartAsync(settings: Keys);

        (await host.PostAsync("/inference.GRPCInferenceService/ModelInfer", "{}")).IsError(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public void Stream_OfAKey_CountsEachModelThatItNames()
    {
        var options = new MultiplexAccessOptions { ApiKeys = { ["k"] = new ApiKeyOptions { Hash = AccessHost.HashOf("x"), Rights = AccessRights.Infer, Rate = 1, Burst = 2 } } };
        var key = new ApiKeys(Options.Create(options), new FakeTimeProvider()).Find("x")!;
        using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System).AddSingleton<RefusalLog>().BuildServiceProvider();
        var context = new DefaultHttpContext { RequestServices = services };
        Assert.Throws<InvalidOperationException>(() => RequestModel.Admit(context, "iris"));
        context.Features.Set(new AccessGrant(key));

        Assert.Null(key.Count());
        Assert.Equal("iris@2", RequestModel.Admit(context, "iris", "2").ToString());
        Assert.Equal("iris", RequestModel.Admit(context, "iris").ToString());
        Assert.Equal(RefusalReason.TooMany, Assert.Throws<RefusedException>(() => RequestModel.Admit(context, "iris")).Refusal.Reason);
    }

    [Fact]
    public async Task Log_OfRefusals_WarnsOnceAMinuteAndHasNoKey()
    {
        var time = new FakeTimeProvider();
        await using var host = await HttpHost.StartAsync(settings: Keys, time: time);

        for (var i = 0; i < 3; i++)
        {
            await host.GetAsync("/v2", Infer);
            await host.GetAsync("/v2", ("Authorization", "Bearer guessed-key"));
        }

        Assert.Equal(2, Warnings(host).Count);
        time.Advance(TimeSpan.FromMinutes(1));
        await host.GetAsync("/v2/models/iris", Infer);

        Assert.Equal(
            [
                "Refused 1 request(s), the last one to /v2 from 127.0.0.1. Key: 'infer'. The key 'infer' lacks the right 'read'.",
                "Refused 1 request(s), the last one to /v2 from 127.0.0.1. Key: 'none'. The API key is not one of those configured here.",
                "Refused 3 request(s), the last one to /v2/models/{model} from 127.0.0.1. Key: 'infer'. The key 'infer' lacks the right 'read'.",
            ],
            Warnings(host));
        Assert.Equal(7, host.Log.Entries.Count(static entry => entry is { EventId: 2020, Level: LogLevel.Debug, Category: HttpLog.Category }));
        Assert.DoesNotContain(host.Log.Entries, static entry =>
            entry.Message.Contains("guessed-key", StringComparison.Ordinal) || entry.Message.Contains("key-infer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Endpoint_MappedWithoutARight_IsFoundWithTheFirstRequest()
    {
        await using var host = await HttpHost.StartAsync(map: static app =>
        {
            var group = app.MapGroup("");
            new EndpointMap(group).Map(HttpMethods.Get, "/guarded", Right.Probe, new("guarded", "", ""), static _ => Task.CompletedTask);
            group.MapGet("/forgotten", static () => "open");
        });

        Assert.Equal(HttpStatusCode.InternalServerError, (await host.GetAsync("/forgotten")).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await host.GetAsync("/guarded")).Status);
        var error = Assert.Throws<InvalidOperationException>(() => host.Endpoints.ToList());
        Assert.Equal("No right is given for the endpoint HTTP: GET /forgotten.", error.Message);
    }

    private static void Keys(IDictionary<string, string?> settings)
    {
        AccessHost.SetKey(settings, "infer", "infer");
        AccessHost.SetKey(settings, "team", "read", "team-a");
    }

    private static void Limit(IDictionary<string, string?> settings, string rate, string burst)
    {
        Keys(settings);
        settings["Multiplex:ApiKeys:infer:Rate"] = rate;
        settings["Multiplex:ApiKeys:infer:Burst"] = burst;
    }

    private static Task<Reply> InferAsync(HttpHost host) => host.PostAsync("/v2/models/iris/infer", """{"inputs":[]}""", Infer);

    private static List<string> Warnings(HttpHost host) =>
        [.. host.Log.Entries.Where(static entry => entry is { EventId: 2021, Level: LogLevel.Warning }).Select(static entry => entry.Message)];
}
