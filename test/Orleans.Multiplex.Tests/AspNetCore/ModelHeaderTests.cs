using System.Net;
using Microsoft.AspNetCore.Builder;
using Orleans.Multiplex.Tests.Client;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ModelHeaderTests
{
    private const string Body = """{"inputs":[]}""";
    private const string Name = "serve_multiplexed_model_id";

    [Theory]
    [InlineData("serve_multiplexed_model_id: 1", "1")]
    [InlineData("Serve-Multiplexed-Model-Id: 1", "1")]
    [InlineData("SERVE_MULTIPLEXED_MODEL_ID: team/iris@2", "team/iris@2")]
    [InlineData("serve-multiplexed_Model-id: 1", "1")]
    [InlineData("serve_multiplexed_model_id: 1|Serve-Multiplexed-Model-Id: 1", "1")]
    [InlineData("serve_multiplexed_model_id: 1|serve_multiplexed_model_id: 1", "1")]
    [InlineData("serve_multiplexed_model_id:   1  ", "1")]
    public async Task Root_HeaderInAnyForm_NamesTheModel(string headers, string model)
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(200, await PostRawAsync(host, "/", headers));

        Assert.Equal(model, host.Fake.Last!.Value.Model);
    }

    [Theory]
    [InlineData("X-Other: 1")]
    [InlineData("serve_multiplexed_model_id:")]
    [InlineData("serve_multiplexed_model_id:  ")]
    [InlineData("serve_multiplexed_model_id: 1|serve_multiplexed_model_id: 2")]
    [InlineData("serve_multiplexed_model_id: 1|Serve-Multiplexed-Model-Id: 2")]
    [InlineData("serve_multiplexed_model_id: 1|serve_multiplexed_model_id:")]
    [InlineData("serve_multiplexed_model_id: 1, 2")]
    [InlineData("serve_multiplexed_model_id: ../etc")]
    [InlineData("serve_multiplexed_model_id: a b")]
    [InlineData("serve.multiplexed.model.id: 1")]
    [InlineData("xserve_multiplexed_model_id: 1")]
    public async Task Root_HeaderMissingEmptyOrTwiceDifferently_IsBadRequest(string headers)
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(400, await PostRawAsync(host, "/", headers));

        Assert.Null(host.Fake.Last);
    }

    [Fact]
    public async Task Root_HeaderMissing_SaysWhichToSet()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.PostAsync("/", Body)).IsError(HttpStatusCode.BadRequest, Name, "set the header");
    }

    [Fact]
    public async Task Root_Answer_IsTheProtocols()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.PostAsync("/", """{"inputs":[{"name":"X","shape":[1],"datatype":"INT8","data":[-1]}]}""", (Name, "iris@3"))).IsOk();

        Assert.Equal(
            """{"model_name":"iris","model_version":"3","outputs":[{"name":"X","datatype":"INT8","shape":[1],"data":[-1]}]}""", reply.Text);
        Assert.Equal("silo-1", reply.Headers["x-multiplex-silo"]);
    }

    [Fact]
    public async Task OwnGrain_JsonBody_IsCalledByItsHeaderAndAnswersJson()
    {
        await using var host = await StartWithOwnGrainAsync((_, arguments) => Task.FromResult((int)arguments[0]! + 1));

        var reply = (await host.PostAsync("/add", """{"number":41}""", (Name, "shop-7"))).IsOk();

        Assert.Equal("""{"result":42}""", reply.Text);
        Assert.Equal("shop-7", host.Fake.Last!.Value.Model);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("null", "null")]
    [InlineData("{", "JSON")]
    [InlineData("""{"number":"x"}""", "JSON")]
    public async Task OwnGrain_BodyOfAnotherForm_IsBadRequest(string body, string part)
    {
        await using var host = await StartWithOwnGrainAsync((_, _) => Task.FromResult(0));

        (await host.PostAsync("/add", body, (Name, "shop-7"))).IsError(HttpStatusCode.BadRequest, part);
    }

    [Fact]
    public async Task OwnGrain_Errors_AreMappedAsAnyOthers()
    {
        await using var host = await StartWithOwnGrainAsync((_, _) => throw new ModelNotFoundException("shop-7", "there is no shop-7"));

        (await host.PostAsync("/add", """{"number":1}""", (Name, "shop-7"))).IsError(HttpStatusCode.NotFound, "no shop-7");
        (await host.PostAsync("/add", """{"number":1}""")).IsError(HttpStatusCode.BadRequest, Name);
        (await host.GetAsync("/add")).IsError(HttpStatusCode.MethodNotAllowed, "POST");
    }

    private static Task<HttpHost> StartWithOwnGrainAsync(Func<string, object?[], object> grain)
    {
        var fake = new FakeMultiplexClient { OnGetGrain = () => FakeGrains.Grain<IOwnGrain>(grain) };
        return HttpHost.StartAsync(fake, map: static app => app.MapMultiplexed<IOwnGrain, AddRequest, AddResponse>(
            "/add", static async (grain, request, token) => new AddResponse(await grain.AddAsync(request.Number, token))));
    }

    private static Task<int> PostRawAsync(HttpHost host, string path, string headers) => host.SendRawAsync(
        string.Join("\r\n", [$"POST {path} HTTP/1.1", "Host: localhost", "Connection: close", $"Content-Length: {Body.Length}", .. headers.Split('|'), "", Body]));
}
