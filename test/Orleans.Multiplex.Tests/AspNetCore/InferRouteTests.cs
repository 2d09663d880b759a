using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class InferRouteTests
{
    private const string Body = """{"id":"r-17","inputs":[{"name":"X","shape":[2,2],"datatype":"FP32","data":[[1.5,2],[3,4]]}]}""";

    [Theory]
    [InlineData("/v2/models/iris/infer", "iris", "iris")]
    [InlineData("/v2/models/iris/versions/2/infer", "iris@2", "iris")]
    [InlineData("/v2/models/iris@2/infer", "iris@2", "iris")]
    [InlineData("/v2/models/team%2Firis/infer", "team/iris", "team/iris")]
    [InlineData("/v2/models/a%2fb%2Fc/versions/7/infer", "a/b/c@7", "a/b/c")]
    [InlineData("/v2/models/1/infer", "1", "1")]
    public async Task Infer_Path_NamesTheModel(string path, string model, string name)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.PostAsync(path, Body)).IsOk();

        Assert.Equal(model, host.Fake.Last!.Value.Model);
        Assert.Equal(name, reply.Json.GetProperty("model_name").GetString());
    }

    [Theory]
    [InlineData("/v2/models/iris/versions/x/infer")]
    [InlineData("/v2/models/iris/versions/0/infer")]
    [InlineData("/v2/models/iris/versions/01/infer")]
    [InlineData("/v2/models/iris/versions/-1/infer")]
    [InlineData("/v2/models/iris@1/versions/2/infer")]
    [InlineData("/v2/models/a%2F..%2Fb/infer")]
    [InlineData("/v2/models/%E2%82%AC/infer")]
    [InlineData("/v2/models/a%252Fb/versions/1%0A/infer")]
    public async Task Infer_PathThatNamesNoModel_IsBadRequest(string path)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.PostAsync(path, Body)).IsError(HttpStatusCode.BadRequest, "no model id");

        Assert.Null(host.Fake.Last);
    }

    [Fact]
    public async Task Infer_Answer_HasTheProtocolsForm()
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.InferAsync(Body)).IsOk();

        Assert.Equal(
            """{"model_name":"iris","model_version":"3","id":"r-17","outputs":[{"name":"X","datatype":"FP32","shape":[2,2],"data":[1.5,2,3,4]}]}""",
            reply.Text);
        Assert.Equal("silo-1", reply.Headers["x-multiplex-silo"]);
        Assert.Equal("false", reply.Headers["x-multiplex-cold"]);
        Assert.Equal(0, host.InFlight.Charged);
    }

    [Fact]
    public async Task Infer_ColdModelOnASiloWithAnOddName_HeadersSaySoPrintably()
    {
        var fake = new FakeMultiplexClient { OnInfer = (_, inputs, _, _) => Task.FromResult(FakeMultiplexClient.Answer(inputs, "sílo\r\n1", cold: true)) };
        await using var host = await HttpHost.StartAsync(fake);

        var reply = (await host.InferAsync(Body)).IsOk();

        Assert.Equal("s?lo??1", reply.Headers["x-multiplex-silo"]);
        Assert.Equal("true", reply.Headers["x-multiplex-cold"]);
    }

    [Fact]
    public async Task Infer_OutputsTimeoutAndPriority_ReachTheClient()
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferAsync(
            """{"parameters":{"priority":1,"timeout":250000},"outputs":[{"name":"b","parameters":{"binary_data":false}},{"name":"a"}],"inputs":[]}"""))
            .IsOk();

        var options = host.Fake.Last!.Value.Options;
        Assert.Equal(["b", "a"], options.Outputs);
        Assert.Equal(TimeSpan.FromMilliseconds(250), options.Timeout);
        Assert.Equal(1, options.Priority);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("""{"priority":0}""", 0)]
    [InlineData("""{"priority":7,"prioritet":1}""", 7)]
    [InlineData("""{"priority":18446744073709551615}""", int.MaxValue)]
    public async Task Infer_Priority_IsWhatTheRequestSays(string parameters, int expected)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferAsync($$"""{"inputs":[],"parameters":{{parameters}}}""")).IsOk();

        Assert.Equal(expected, host.Fake.Last!.Value.Options.Priority);
    }

    [Theory]
    [InlineData("""{"inputs":[]}""")]
    [InlineData("""{"inputs":[],"parameters":{"timeout":0}}""")]
    public async Task Infer_NoTimeout_LeavesItToTheClient(string body)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.InferAsync(body)).IsOk();

        Assert.Null(host.Fake.Last!.Value.Options.Timeout);
    }

    [Fact]
    public async Task Infer_LargeAnswer_ArrivesWhole()
    {
        var values = Enumerable.Range(0, 300_000).Select(i => (i * 0.37) - 1000).ToArray();
        var fake = new FakeMultiplexClient { OnInfer = (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer([Tensor.Create("Y", values)])) };
        await using var host = await HttpHost.StartAsync(fake);

        var reply = (await host.InferAsync("""{"inputs":[]}""")).IsOk();

        var data = reply.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(element => element.GetDouble());
        Assert.Equal(values, data);
    }

    [Theory]
    [InlineData("GET", "/v2/models/iris/infer", "POST")]
    [InlineData("GET", "/", "POST")]
    [InlineData("POST", "/v2", "GET")]
    [InlineData("DELETE", "/v2/models/iris", "GET")]
    [InlineData("POST", "/v2/health/live", "GET")]
    [InlineData("PUT", "/multiplex/silos", "GET")]
    public async Task AnyPath_WrongVerb_SaysWhichVerbItTakes(string verb, string path, string allowed)
    {
        await using var host = await HttpHost.StartAsync();

        var reply = (await host.SendAsync(new HttpMethod(verb), path)).IsError(HttpStatusCode.MethodNotAllowed, allowed);

        Assert.Equal(allowed, reply.Headers["Allow"]);
    }

    [Theory]
    [InlineData("/v2/nothing")]
    [InlineData("/v2/models")]
    [InlineData("/v2/models/a/b/infer")]
    [InlineData("/multiplex/x.txt")]
    public async Task UnknownPath_BelowOurs_IsNotFoundWithAnError(string path)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.GetAsync(path)).IsError(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Fallback_UnknownPath_IsNotFoundWithAnError()
    {
        await using var host = await HttpHost.StartAsync(map: app =>
        {
            Microsoft.AspNetCore.Builder.MultiplexEndpointExtensions.MapMultiplex(app);
            Microsoft.AspNetCore.Builder.MultiplexEndpointExtensions.MapMultiplexFallback(app);
        });

        (await host.GetAsync("/favicon.ico")).IsError(HttpStatusCode.NotFound);
        (await host.GetAsync("/v2/health/live")).IsOk();
    }
}
