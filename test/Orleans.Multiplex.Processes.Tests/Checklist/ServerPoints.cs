using Grpc.Health.V1;
using Grpc.Net.Client;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Testing.Processes;
using Xunit;

namespace Orleans.Multiplex.Processes.Tests.Checklist;

/// <summary>Points 1 to 5 of the checklist: what the server and its models say of themselves.</summary>
[Collection(OneGateway.Name)]
public sealed class ServerPoints(ChecklistGateway gateway)
{
    /// <summary>1: live and ready are 200. Their body is JSON, which says the same as the status.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point01_LiveAndReady_AreTrue(Wire wire)
    {
        using var client = gateway.Open(wire);

        Assert.True(await client.IsLiveAsync());
        Assert.True(await client.IsReadyAsync());
        Assert.True(await client.IsModelReadyAsync("versions"));
    }

    /// <summary>2: while the models' only silo drains, ready is false (503), and live stays true. In full: HealthTests, ReadinessTests.</summary>
    [Fact]
    public async Task Point02_SiloDrains_IsNotReadyAndLive()
    {
        await using var cluster = await ProcessCluster.StartAsync(1, ProcessCluster.Silo);
        cluster.AddModel("count", TestModels.Count());
        using var rest = ChecklistGateway.Open(cluster.Front, Wire.Json);
        using var grpc = ChecklistGateway.Open(cluster.Front, Wire.Typed);
        using var health = GrpcChannel.ForAddress(cluster.Front.GrpcAddress!);
        await ChecklistGateway.UntilAsync(rest.IsReadyAsync, "the gateway sees the silo");
        await rest.RunAsync(Use.Count(1));
        await using var use = await Use.StartAsync(rest, () => cluster.GetInFlightAsync("count"));

        // The silo waits for the request that runs.
        var stopping = cluster.Silos[0].StopAsync();

        await ChecklistGateway.UntilAsync(async () => !await rest.IsReadyAsync(), "not ready over REST");
        await ChecklistGateway.UntilAsync(async () => !await grpc.IsReadyAsync(), "not ready over gRPC");
        Assert.True(await rest.IsLiveAsync());
        Assert.True(await grpc.IsLiveAsync());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, (await new Health.HealthClient(health).CheckAsync(new(), cancellationToken: TestContext.Current.CancellationToken)).Status);
        Assert.False(stopping.IsCompleted);
        await use.EndAsync();
        Assert.Equal(0, await stopping);
    }

    /// <summary>3: the metadata list exactly the extensions that work.</summary>
    [Theory]
    [MemberData(nameof(Wires.RestAndGrpc), MemberType = typeof(Wires))]
    public async Task Point03_Metadata_ListExactlyTheExtensionsThatWork(Wire wire)
    {
        using var client = gateway.Open(wire);
        using var rest = (RestWire)gateway.Open(Wire.Json);
        using var binary = gateway.Open(Wire.Binary);
        using var grpc = (GrpcWire)gateway.Open(Wire.Typed);
        var row = Value.Of("x", [1f, 2, 3, 4], 1, 4);
        var uses = new Dictionary<string, Func<Task>>
        {
            ["model_configuration"] = wire == Wire.Json
                ? () => rest.SendAsync(HttpMethod.Get, "/v2/models/versions/config")
                : async () => Assert.Equal("versions", (await grpc.Service.ModelConfigAsync(new() { Name = "versions" })).Config.Name),
            ["model_repository"] = () => client.GetIndexAsync(readyOnly: false),
            ["schedule_policy"] = () => client.InferAsync(new Ask("versions", row), TestContext.Current.CancellationToken),
            ["statistics"] = () => client.CountAsync("versions"),
        };
        if (wire == Wire.Json)
        {
            uses["binary_tensor_data"] = () => binary.InferAsync(new Ask("versions", row), TestContext.Current.CancellationToken);
        }

        Assert.Equal(uses.Keys.Order(StringComparer.Ordinal), await client.GetExtensionsAsync());
        foreach (var use in uses.Values)
        {
            await use();
        }

        // Of those that are not listed, nothing is there.
        foreach (var path in (string[])["trace/setting", "logging", "systemsharedmemory/status", "models/versions/generate"])
        {
            Assert.Equal(Refusal.NotFound, (await Assert.ThrowsAsync<RefusedException>(() => rest.SendAsync(HttpMethod.Post, $"/v2/{path}"))).Refusal);
        }
    }

    /// <summary>4: the path with the default version and that without one give the same answer.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point04_DefaultVersion_AnswersAsTheModelWithoutOne(Wire wire)
    {
        using var client = gateway.Open(wire);
        var ask = new Ask("versions", Value.Of("x", [1f, 2, 3, 4], 1, 4));

        var without = await client.InferAsync(ask, TestContext.Current.CancellationToken);
        var highest = await client.InferAsync(ask with { Version = "2" }, TestContext.Current.CancellationToken);
        var other = await client.InferAsync(ask with { Version = "1" }, TestContext.Current.CancellationToken);

        Assert.All([without, highest], answer => Assert.Equal(("versions", "2"), (answer.Model, answer.Version)));
        Assert.All([without, highest], answer => Assert.Equal((float[])[3, 4, 5, 6], answer.Outputs.Single().Elements));
        Assert.Equal(("versions", "1"), (other.Model, other.Version));
        Assert.Equal((float[])[2, 3, 4, 5], other.Outputs.Single().Elements);
    }

    /// <summary>5: an unknown model, an unknown version and a model whose load failed are three different answers.</summary>
    [Theory]
    [MemberData(nameof(Wires.All), MemberType = typeof(Wires))]
    public async Task Point05_UnknownModelUnknownVersionFailedModel_AreThreeAnswers(Wire wire)
    {
        using var client = gateway.Open(wire);
        var row = Value.Of("x", [1f, 2, 3, 4], 1, 4);

        var model = await client.RefuseAsync(new Ask("nowhere", row));
        var version = await client.RefuseAsync(new Ask("versions", row) { Version = "3" });
        var failed = await client.RefuseAsync(new Ask("broken", row));

        Assert.Equal([Refusal.NotFound, Refusal.NotFound, Refusal.Broken], [model.Refusal, version.Refusal, failed.Refusal]);
        Assert.Contains("'nowhere'", model.Message, StringComparison.Ordinal);
        Assert.Contains("versions@3", version.Message, StringComparison.Ordinal);
        Assert.Contains("'broken'", failed.Message, StringComparison.Ordinal);
    }
}
