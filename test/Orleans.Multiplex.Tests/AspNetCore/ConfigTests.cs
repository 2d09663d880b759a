using Grpc.Core;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore.Grpc;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class ConfigTests
{
    private static readonly ModelSignature Signature = new(
        "onnx_onnxv1",
        [
            new ValueSpec("X", ValueKind.Tensor, TensorType.Float32, [-1, 4], IsOptional: false),
            new ValueSpec("mask", ValueKind.Tensor, TensorType.Bool, default, IsOptional: true),
            new ValueSpec("list", ValueKind.SequenceOfTensors, TensorType.Int8, [2], IsOptional: false),
            new ValueSpec("odd", ValueKind.Tensor, TensorType.Complex64, [1], IsOptional: false),
        ],
        [
            new ValueSpec("label", ValueKind.Tensor, TensorType.String, [-1], IsOptional: false),
            new ValueSpec("scores", ValueKind.SequenceOfMaps, TensorType.Float64, default, IsOptional: false, TensorType.Int64),
            new ValueSpec("scalar", ValueKind.Tensor, TensorType.BFloat16, [], IsOptional: false),
        ]);

    [Theory]
    [InlineData("/v2/models/iris/config", "iris")]
    [InlineData("/v2/models/iris/versions/1/config", "iris@1")]
    [InlineData("/v2/models/team%2Firis/config", "team/iris")]
    [InlineData("/v2/models/team%2Firis/versions/3/config", "team/iris@3")]
    public async Task Config_OverHttp_IsReadOffTheModel(string path, string asked)
    {
        await using var host = await HttpHost.StartAsync(Described(asked));

        var reply = (await host.GetAsync(path)).IsOk();

        Assert.Equal(
            $$"""
            {"name":"{{asked.Split('@')[0]}}","platform":"onnxruntime_onnx","backend":"onnxruntime","max_batch_size":0,"input":[{"name":"X","data_type":"TYPE_FP32","dims":[-1,4]},{"name":"mask","data_type":"TYPE_BOOL","optional":true},{"name":"list","data_type":"TYPE_INVALID"},{"name":"odd","data_type":"TYPE_INVALID","dims":[1]}],"output":[{"name":"label","data_type":"TYPE_STRING","dims":[-1]},{"name":"scores","data_type":"TYPE_FP64","dims":[-1,-1]},{"name":"scores.labels","data_type":"TYPE_INT64","dims":[-1]},{"name":"scalar","data_type":"TYPE_BF16","dims":[]}]}
            """.Trim(),
            reply.Text);
    }

    [Fact]
    public async Task Config_OfAnotherBackend_SaysWhichOne()
    {
        var fake = new FakeMultiplexClient { OnDescribe = static model => FakeMultiplexClient.Describe(model) with { Signature = new ModelSignature("trees_v2", [], []) } };
        await using (var host = await HttpHost.StartAsync(fake))
        {
            Assert.StartsWith("""{"name":"iris","platform":"trees_v2","backend":"trees_v2",""", (await host.GetAsync("/v2/models/iris/config")).IsOk().Text, StringComparison.Ordinal);
        }

        await using var rpc = await GrpcHost.StartAsync(fake);
        var config = (await rpc.Inference.ModelConfigAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation)).Config;
        Assert.Equal(("trees_v2", "trees_v2"), (config.Platform, config.Backend));
    }

    [Theory]
    [InlineData("iris", "", "iris")]
    [InlineData("team/iris", "3", "team/iris@3")]
    public async Task Config_OverGrpc_IsTheSame(string name, string version, string asked)
    {
        await using var host = await GrpcHost.StartAsync(Described(asked));

        var config = (await host.Inference.ModelConfigAsync(new() { Name = name, Version = version }, cancellationToken: HttpHost.Cancellation)).Config;

        Assert.Equal((name, "onnxruntime_onnx", "onnxruntime", 0), (config.Name, config.Platform, config.Backend, config.MaxBatchSize));
        Assert.Equal(
            [("X", DataType.TypeFp32, "-1,4", false), ("mask", DataType.TypeBool, "", true), ("list", DataType.TypeInvalid, "", false), ("odd", DataType.TypeInvalid, "1", false)],
            config.Input.Select(input => (input.Name, input.DataType, string.Join(',', input.Dims), input.Optional)));
        Assert.Equal(
            [("label", DataType.TypeString, "-1"), ("scores", DataType.TypeFp64, "-1,-1"), ("scores.labels", DataType.TypeInt64, "-1"), ("scalar", DataType.TypeBf16, "")],
            config.Output.Select(output => (output.Name, output.DataType, string.Join(',', output.Dims))));
    }

    [Fact]
    public async Task Config_OverGrpcOfAnUnknownModel_IsNotFound()
    {
        await using var host = await GrpcHost.StartAsync(Described("other"));

        var error = await Assert.ThrowsAsync<RpcException>(
            () => host.Inference.ModelConfigAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation).ResponseAsync);

        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task Config_EachTypeOfTensors_HasANameThatTheMessageKnows()
    {
        var types = Enum.GetValues<TensorType>();
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnDescribe = model => FakeMultiplexClient.Describe(model) with
            {
                Signature = new ModelSignature("onnx_onnxv1", [.. types.Select(type => new ValueSpec($"{type}", ValueKind.Tensor, type, [], false))], []),
            },
        });

        var config = (await host.Inference.ModelConfigAsync(new() { Name = "iris" }, cancellationToken: HttpHost.Cancellation)).Config;

        Assert.Equal(types.Where(JsonTypes.IsCarried).Count(), config.Input.Select(input => input.DataType).Where(type => type != DataType.TypeInvalid).Distinct().Count());
    }

    private static FakeMultiplexClient Described(string known) => new()
    {
        OnDescribe = model => model == known
            ? FakeMultiplexClient.Describe(model) with { Signature = Signature }
            : throw new ModelNotFoundException(model, $"There is no model '{model}'."),
    };
}
