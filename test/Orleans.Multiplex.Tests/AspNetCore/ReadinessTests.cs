using System.Net;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>What <c>ready</c> says of a model.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public async Task Ready_OfNoModel_IsUnknown()
    {
        var fake = new FakeMultiplexClient { OnDescribe = static model => throw new ModelNotFoundException(model, "There is none.") };
        await using (var host = await HttpHost.StartAsync(fake))
        {
            Assert.Equal("unknown", (await host.GetAsync("/v2/models/iris/ready")).IsError(HttpStatusCode.NotFound, "There is none.").Headers["x-multiplex-state"]);
        }

        await using var rpc = await Grpc.GrpcHost.StartAsync(fake);
        var error = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(async () =>
            await rpc.Inference.ModelReadyAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation));
        Assert.Equal(("There is none.", "unknown"), (error.Status.Detail, error.Trailers.GetValue("x-multiplex-state")));
    }

    [Theory]
    [InlineData(ResidentState.Ready, "ready")]
    [InlineData(ResidentState.Opening, "loading")]
    [InlineData(ResidentState.Draining, "available")]
    [InlineData(null, "available")]
    public async Task Ready_Answerable_SaysWhatItIs(ResidentState? state, string expected)
    {
        await using var host = await StartAsync(state);

        Assert.Equal(expected, (await host.GetAsync("/v2/models/iris/ready")).IsOk().Headers["x-multiplex-state"]);
    }

    [Fact]
    public async Task Ready_AnotherVersionIsResident_IsAvailable()
    {
        await using var host = await StartAsync(ResidentState.Ready, model => FakeMultiplexClient.Describe(model) with { Version = 4 });

        Assert.Equal("available", (await host.GetAsync("/v2/models/iris/ready")).IsOk().Headers["x-multiplex-state"]);
    }

    [Theory]
    [InlineData(null, "available")]
    [InlineData(ResidentState.Fetching, "loading")]
    public async Task Ready_LargeModelThatNobodyHasFetched_WouldAnswerAfterALoad(ResidentState? state, string expected)
    {
        await using var host = await StartAsync(state, static model => throw ModelLoadingException.OfUnread(model, 20L << 30));

        Assert.Equal(expected, (await host.GetAsync("/v2/models/iris/ready")).IsOk().Headers["x-multiplex-state"]);
        var reply = (await host.GetAsync("/v2/models/iris")).IsError(HttpStatusCode.ServiceUnavailable, "not known before it is loaded", "20GiB");
        Assert.Equal("5", reply.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Ready_LoadFails_IsUnavailableAndFailing()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetModel = static model => FakeMultiplexClient.Report(
                model, failures: [new LoadFailureReport("silo-1", "ModelLoadFailedException", "broken", 2, TimeSpan.FromSeconds(3))]),
        });

        var reply = (await host.GetAsync("/v2/models/iris/ready")).IsError(HttpStatusCode.ServiceUnavailable, "broken");

        Assert.Equal(("failing", "3"), (reply.Headers["x-multiplex-state"], reply.Headers["Retry-After"]));
    }

    [Fact]
    public async Task Ready_TakenOutOfTheStoreWhileResident_IsReady()
    {
        await using var host = await StartAsync(ResidentState.Ready, static model => throw new ModelNotFoundException(model, "gone"));

        Assert.Equal("ready", (await host.GetAsync("/v2/models/iris/ready")).IsOk().Headers["x-multiplex-state"]);
    }

    [Fact]
    public async Task Ready_ClusterDrains_IsUnavailable()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetSilos = static () => Task.FromResult<System.Collections.Immutable.ImmutableArray<SiloResidency>>([FakeMultiplexClient.Silo(draining: true)]),
        });

        var reply = (await host.GetAsync("/v2/models/iris/ready")).IsError(HttpStatusCode.ServiceUnavailable, "No silo");

        Assert.Equal("available", reply.Headers["x-multiplex-state"]);
    }

    private static Task<HttpHost> StartAsync(ResidentState? state, Func<string, ModelDescription>? describe = null) => HttpHost.StartAsync(new FakeMultiplexClient
    {
        OnGetModel = model => FakeMultiplexClient.Report(
            model, state is { } known ? [new ModelLocation("silo-1", "Inference", FakeMultiplexClient.Resident("iris", known))] : []),
        OnDescribe = describe ?? (static model => FakeMultiplexClient.Describe(model)),
    });
}
