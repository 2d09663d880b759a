using System.Net;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>Statistics over HTTP and over gRPC.</summary>
public sealed class StatisticsRouteTests
{
    private static readonly ModelStatistics Iris = new()
    {
        Model = "iris",
        Version = 2,
        LastInference = DateTimeOffset.FromUnixTimeMilliseconds(1767225600123),
        InferenceCount = 640,
        ExecutionCount = 20,
        Success = new(20, 41_200_000),
        Fail = new(1, 90_000),
        Queue = new(20, 3_100_000),
        ComputeInput = new(20, 400_000),
        ComputeInfer = new(20, 36_000_000),
        ComputeOutput = new(20, 500_000),
        Batches = [new(32, new(20, 400_000), new(20, 36_000_000), new(20, 500_000))],
        Bytes = 1_835_008,
    };

    [Fact]
    public async Task Get_OfAModel_IsAsTheProtocolHasIt()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient { OnGetStatistics = static _ => [Iris] });

        var reply = (await host.GetAsync("/v2/models/iris/versions/2/stats")).IsOk();

        const string Expected = """
            {"model_stats":[{"name":"iris","version":"2","last_inference":1767225600123,"inference_count":640,"execution_count":20,
            "inference_stats":{"success":{"count":20,"ns":41200000},"fail":{"count":1,"ns":90000},"queue":{"count":20,"ns":3100000},
            "compute_input":{"count":20,"ns":400000},"compute_infer":{"count":20,"ns":36000000},"compute_output":{"count":20,"ns":500000},
            "cache_hit":{"count":0,"ns":0},"cache_miss":{"count":0,"ns":0}},
            "response_stats":{},"batch_stats":[{"batch_size":32,"compute_input":{"count":20,"ns":400000},"compute_infer":{"count":20,"ns":36000000},"compute_output":{"count":20,"ns":500000}}],
            "memory_usage":[{"type":"CPU","id":0,"byte_size":1835008}]}]}
            """;
        Assert.Equal(Expected.ReplaceLineEndings(""), reply.Text);
    }

    [Theory]
    [InlineData("/v2/models/stats", null)]
    [InlineData("/v2/models/iris/stats", "iris")]
    [InlineData("/v2/models/stats/stats", "stats")]
    [InlineData("/v2/models/team%2Firis/stats", "team/iris")]
    [InlineData("/v2/models/iris/versions/2/stats", "iris@2")]
    public async Task Get_ByPath_AsksForThatModelOrForAll(string path, string? asked)
    {
        var models = new List<string?>();
        await using var host = await HttpHost.StartAsync(Recording(models));

        (await host.GetAsync(path)).IsOk();

        Assert.Equal([asked], models);
        Assert.Null(host.Fake.Last);
    }

    [Fact]
    public async Task Get_NeverRanAndVersionNotKnown_IsZerosAndNoText()
    {
        await using var host = await HttpHost.StartAsync(new FakeMultiplexClient
        {
            OnGetStatistics = static _ => [new ModelStatistics { Model = "iris", Version = 0 }],
        });

        var model = (await host.GetAsync("/v2/models/iris/stats")).IsOk().Json.GetProperty("model_stats")[0];

        Assert.Equal(("", 0), (model.GetProperty("version").GetString(), model.GetProperty("last_inference").GetInt64()));
        Assert.Equal(0, model.GetProperty("inference_stats").GetProperty("success").GetProperty("count").GetInt64());
        Assert.Equal((0, 0), (model.GetProperty("batch_stats").GetArrayLength(), model.GetProperty("memory_usage").GetArrayLength()));
    }

    [Fact]
    public async Task Get_UnknownModel_IsNotFound()
    {
        await using var host = await HttpHost.StartAsync(Unknown());

        (await host.GetAsync("/v2/models/iris/stats")).IsError(HttpStatusCode.NotFound, "no model 'iris'");
        (await host.GetAsync("/v2/models/a b/stats")).IsError(HttpStatusCode.BadRequest);
        (await host.PostAsync("/v2/models/stats", "")).IsError(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Rpc_OfAModel_HasTheSameNumbers()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient { OnGetStatistics = static _ => [Iris] });

        var response = await host.Inference.ModelStatisticsAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation);

        var model = Assert.Single(response.ModelStats);
        Assert.Equal(("iris", "2", 1767225600123u), (model.Name, model.Version, model.LastInference));
        Assert.Equal((640u, 20u), (model.InferenceCount, model.ExecutionCount));
        var counts = model.InferenceStats;
        Assert.Equal((20u, 41_200_000u), (counts.Success.Count, counts.Success.Ns));
        Assert.Equal((1u, 90_000u), (counts.Fail.Count, counts.Fail.Ns));
        Assert.Equal((3_100_000u, 400_000u), (counts.Queue.Ns, counts.ComputeInput.Ns));
        Assert.Equal((36_000_000u, 500_000u), (counts.ComputeInfer.Ns, counts.ComputeOutput.Ns));
        Assert.Equal((0u, 0u), (counts.CacheHit.Count, counts.CacheMiss.Count));
        var batch = Assert.Single(model.BatchStats);
        Assert.Equal((32u, 400_000u, 36_000_000u, 500_000u), (batch.BatchSize, batch.ComputeInput.Ns, batch.ComputeInfer.Ns, batch.ComputeOutput.Ns));
        var memory = Assert.Single(model.MemoryUsage);
        Assert.Equal(("CPU", 0, 1_835_008u), (memory.Type, memory.Id, memory.ByteSize));
    }

    [Fact]
    public async Task Rpc_ByName_AsksForThatModelOrForAll()
    {
        var models = new List<string?>();
        await using var host = await GrpcHost.StartAsync(Recording(models));

        await host.Inference.ModelStatisticsAsync(new(), cancellationToken: HttpHost.Cancellation);
        await host.Inference.ModelStatisticsAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation);
        await host.Inference.ModelStatisticsAsync(new() { Name = "iris", Version = "2" }, cancellationToken: HttpHost.Cancellation);
        var version = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(
            () => host.Inference.ModelStatisticsAsync(new() { Version = "2" }, cancellationToken: HttpHost.Cancellation).ResponseAsync);

        Assert.Equal([null, "iris", "iris@2"], models);
        Assert.Equal(global::Grpc.Core.StatusCode.InvalidArgument, version.StatusCode);
    }

    [Fact]
    public async Task Rpc_UnknownModel_IsNotFound()
    {
        await using var host = await GrpcHost.StartAsync(Unknown());

        var error = await Assert.ThrowsAsync<global::Grpc.Core.RpcException>(
            () => host.Inference.ModelStatisticsAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation).ResponseAsync);

        Assert.Equal(global::Grpc.Core.StatusCode.NotFound, error.StatusCode);
    }

    private static FakeMultiplexClient Recording(List<string?> models) => new()
    {
        OnGetStatistics = model =>
        {
            models.Add(model);
            return [Iris];
        },
    };

    private static FakeMultiplexClient Unknown() => new()
    {
        OnGetStatistics = static model => throw new ModelNotFoundException(model!, $"There is no model '{model}'."),
    };
}
