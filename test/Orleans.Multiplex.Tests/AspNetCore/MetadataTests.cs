using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class MetadataTests
{
    [Fact]
    public async Task Server_Metadata_NamesIt()
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal(
            """{"name":"orleans-multiplex","version":"0.1.0","extensions":["binary_tensor_data","model_configuration","model_repository","schedule_policy","statistics"]}""",
            (await host.GetAsync("/v2")).IsOk().Text);
    }

    [Theory]
    [InlineData("/v2/models/iris", "iris")]
    [InlineData("/v2/models/iris/versions/1", "iris@1")]
    [InlineData("/v2/models/team%2Firis", "team/iris")]
    public async Task Model_Metadata_IsWhatTheClusterDescribes(string path, string asked)
    {
        var models = new List<string>();
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnDescribe = model =>
            {
                models.Add(model);
                return FakeMultiplexClient.Describe(model);
            },
        });

        var reply = (await host.GetAsync(path)).IsOk();

        Assert.Equal([asked], models);
        var expected = """
            {"name":"$","versions":["1","3"],"platform":"onnx_onnxv1","inputs":[{"name":"X","datatype":"FP32","shape":[-1,4]},{"name":"mask","datatype":"BOOL","parameters":{"optional":true}}],"outputs":[{"name":"label","datatype":"INT64","shape":[-1]},{"name":"scores","datatype":"FP32","shape":[-1,-1]},{"name":"scores.labels","datatype":"BYTES","shape":[-1]}]}
            """.Trim();
        Assert.Equal(expected.Replace("$", asked.Split('@')[0], StringComparison.Ordinal), reply.Text);
    }

    [Fact]
    public async Task Gets_Always_CallNoModel()
    {
        await using var host = await HttpHost.StartAsync();

        foreach (var path in new[] { "/v2", "/v2/models/iris", "/v2/models/iris/ready", "/v2/models/iris/config", "/v2/health/ready", "/multiplex/silos", "/multiplex/models/iris" })
        {
            (await host.GetAsync(path)).IsOk();
        }

        Assert.Null(host.Fake.Last);
    }

    [Theory]
    [InlineData("/v2/models/iris")]
    [InlineData("/v2/models/iris/ready")]
    [InlineData("/v2/models/iris/config")]
    public async Task Model_Unknown_IsNotFound(string path)
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnDescribe = static model => throw new ModelNotFoundException(model, $"There is no model '{model}'."),
        });

        (await host.GetAsync(path)).IsError(HttpStatusCode.NotFound, "no model 'iris'");
    }

    [Theory]
    [InlineData("/v2/models/a b")]
    [InlineData("/v2/models/iris/versions/x/ready")]
    [InlineData("/v2/models/iris/versions/0/config")]
    public async Task Model_NoModelId_IsBadRequest(string path)
    {
        await using var host = await HttpHost.StartAsync();

        (await host.GetAsync(path)).IsError(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Ready_DescribedWithoutFailures_IsReady()
    {
        await using var host = await HttpHost.StartAsync();

        Assert.Equal("""{"name":"iris","ready":true}""", (await host.GetAsync("/v2/models/iris/ready")).IsOk().Text);
        Assert.Equal("""{"name":"iris","ready":true}""", (await host.GetAsync("/v2/models/iris/versions/3/ready")).IsOk().Text);
    }

    [Fact]
    public async Task Ready_FailureInBackOff_IsUnavailableUntilTheNextTry()
    {
        await using var host = await StartWithFailureAsync(TimeSpan.FromSeconds(2.1), []);

        var reply = (await host.GetAsync("/v2/models/iris/ready")).IsError(HttpStatusCode.ServiceUnavailable, "broken");

        Assert.False(reply.Json.GetProperty("ready").GetBoolean());
        Assert.Equal("3", reply.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Ready_FailureWhoseNextTryIsDue_IsReady()
    {
        await using var host = await StartWithFailureAsync(TimeSpan.Zero, []);

        (await host.GetAsync("/v2/models/iris/ready")).IsOk();
    }

    [Fact]
    public async Task Ready_FailureOnOneSiloButServedByAnother_IsReady()
    {
        await using var host = await StartWithFailureAsync(
            TimeSpan.FromSeconds(9), [new ModelLocation("silo-2", "onnx", FakeMultiplexClient.Resident("iris"))]);

        (await host.GetAsync("/v2/models/iris/ready")).IsOk();
    }

    [Fact]
    public async Task Ready_CannotBeDescribed_IsUnavailable()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnDescribe = static model => throw new ModelLoadFailedException(model, "no graph"),
        });

        var reply = (await host.GetAsync("/v2/models/iris/ready")).IsError(HttpStatusCode.ServiceUnavailable, "no graph");

        Assert.Equal("1", reply.Headers["Retry-After"]);
    }

    private static Task<HttpHost> StartWithFailureAsync(TimeSpan nextTry, ModelLocation[] locations) => HttpHost.StartAsync(new FakeMultiplexClient
    {
        OnGetModel = model => FakeMultiplexClient.Report(
            model, [.. locations], [new LoadFailureReport("silo-1", "ModelLoadFailedException", "broken", 2, nextTry)]),
    });
}
