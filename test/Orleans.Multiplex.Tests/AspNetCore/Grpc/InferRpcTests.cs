using Google.Protobuf;
using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class InferRpcTests
{
    /// <summary>Each datatype of the protocol with two elements: raw, and typed where it has a field.</summary>
    public static TheoryData<string, byte[], InferTensorContents?> Datatypes => new()
    {
        { "BOOL", [1, 0], new() { BoolContents = { true, false } } },
        { "UINT8", [0, 255], new() { UintContents = { 0, 255 } } },
        { "UINT16", [1, 0, 255, 255], new() { UintContents = { 1, 65535 } } },
        { "UINT32", [1, 0, 0, 0, 255, 255, 255, 255], new() { UintContents = { 1, uint.MaxValue } } },
        { "UINT64", [1, 0, 0, 0, 0, 0, 0, 0, .. Ones(8)], new() { Uint64Contents = { 1, ulong.MaxValue } } },
        { "INT8", [128, 127], new() { IntContents = { -128, 127 } } },
        { "INT16", [0, 128, 255, 127], new() { IntContents = { -32768, 32767 } } },
        { "INT32", [0, 0, 0, 128, .. Ones(4)], new() { IntContents = { int.MinValue, -1 } } },
        { "INT64", [0, 0, 0, 0, 0, 0, 0, 128, .. Ones(7), 127], new() { Int64Contents = { long.MinValue, long.MaxValue } } },
        { "FP16", [0, 60, 0, 124], null },
        { "BF16", [128, 63, 192, 127], null },
        { "FP32", [0, 0, 128, 63, 0, 0, 192, 127], new() { Fp32Contents = { 1, BitConverter.UInt32BitsToSingle(0x7FC00000) } } },
        { "FP64", [0, 0, 0, 0, 0, 0, 240, 63, 0, 0, 0, 0, 0, 0, 240, 255], new() { Fp64Contents = { 1, double.NegativeInfinity } } },
        { "BYTES", [2, 0, 0, 0, 195, 169, 0, 0, 0, 0], new() { BytesContents = { ByteString.CopyFromUtf8("é"), ByteString.Empty } } },
    };

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Infer_RawOfEachDatatype_ReachesTheModelAndComesBackRaw(string type, byte[] data, InferTensorContents? typed)
    {
        _ = typed;
        await using var host = await GrpcHost.StartAsync();

        var response = await host.InferAsync(GrpcHost.Raw(type, [2, 1], data));

        AssertReceived(host, type, [2, 1], data);
        Assert.Equal((type, 2L), (response.Outputs.Single().Datatype, response.Outputs.Single().Shape[0]));
        Assert.Equal(data, response.RawOutputContents.Single().ToByteArray());
        Assert.Null(response.Outputs.Single().Contents);
    }

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Infer_TypedOfEachDatatype_ReachesTheModelAndComesBackTyped(string type, byte[] data, InferTensorContents? typed)
    {
        await using var host = await GrpcHost.StartAsync();
        if (typed is null)
        {
            await host.FailAsync(GrpcHost.Typed(type, [2], new() { Fp32Contents = { 1, 2 } }), StatusCode.InvalidArgument, "'X'", type, "raw_input_contents");
            return;
        }

        var response = await host.InferAsync(GrpcHost.Typed(type, [2], typed));

        AssertReceived(host, type, [2], data);
        Assert.Equal(typed, response.Outputs.Single().Contents);
        Assert.Empty(response.RawOutputContents);
    }

    [Theory]
    [MemberData(nameof(Datatypes))]
    public async Task Infer_NoElements_IsATensorOfThisShape(string type, byte[] data, InferTensorContents? typed)
    {
        _ = data;
        await using var host = await GrpcHost.StartAsync();

        Assert.Equal([0L, 4], (await host.InferAsync(GrpcHost.Raw(type, [0, 4], []))).Outputs.Single().Shape);
        AssertReceived(host, type, [0, 4], []);
        if (typed is not null)
        {
            Assert.Equal([0L], (await host.InferAsync(GrpcHost.Typed(type, [0], null))).Outputs.Single().Shape);
            AssertReceived(host, type, [0], []);
        }
    }

    [Fact]
    public async Task Infer_RawBytes_AreWhatTheModelGets()
    {
        await using var host = await GrpcHost.StartAsync();
        var two = new ModelInferRequest
        {
            ModelName = "iris",
            Inputs = { GrpcHost.Input("INT8", [1], null, "a"), GrpcHost.Input("COMPLEX64", [], null, "b") },
            RawInputContents = { ByteString.CopyFrom(7), ByteString.CopyFrom(1, 2, 3, 4, 5, 6, 7, 8) },
        };

        var response = await host.InferAsync(two);

        Assert.Equal(["a", "b"], host.Fake.Last!.Value.Inputs.Select(input => input.Name));
        Assert.Equal(two.RawInputContents, response.RawOutputContents);
    }

    [Fact]
    public async Task Infer_TypedAndAnOutputWithoutATypedField_AnswersAllRaw()
    {
        await using var host = await GrpcHost.StartAsync(new FakeMultiplexClient
        {
            OnInfer = static (_, _, _, _) => Task.FromResult(FakeMultiplexClient.Answer([Tensor.Create("a", [1]), Tensor.Create("b", [(Half)1])])),
        });

        var response = await host.InferAsync(GrpcHost.Typed("INT32", [1], new() { IntContents = { 1 } }));

        Assert.All(response.Outputs, output => Assert.Null(output.Contents));
        Assert.Equal([[1, 0, 0, 0], [0, 60]], response.RawOutputContents.Select(raw => raw.ToByteArray()));
    }

    [Fact]
    public async Task Infer_Request_GoesOnAsItIsAndItsIdComesBack()
    {
        await using var host = await GrpcHost.StartAsync();
        var request = GrpcHost.Raw("INT8", [1], [1]);
        request.ModelVersion = "3";
        request.Id = "r-17";
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "z", Parameters = { ["classification"] = new() { Int64Param = 3 } } });
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "a" });
        request.Parameters["odd"] = new() { StringParam = "high" };
        request.Inputs[0].Parameters["odd"] = new() { BoolParam = true };

        var response = await host.InferAsync(request);

        Assert.Equal(("iris@3", null), (host.Fake.Last!.Value.Model, host.Fake.Last.Value.Options.Timeout));
        Assert.Equal(["z", "a"], host.Fake.Last.Value.Options.Outputs);
        Assert.Equal(("iris", "3", "r-17"), (response.ModelName, response.ModelVersion, response.Id));
    }

    [Fact]
    public async Task Infer_NoModelName_TakesTheMetadata()
    {
        await using var host = await GrpcHost.StartAsync();
        var request = GrpcHost.Raw("INT8", [1], [1]);
        request.ModelName = "";

        await host.InferAsync(request, ("multiplexed_model_id", "team/wine"));
        Assert.Equal("team/wine", host.Fake.Last!.Value.Model);
        await host.FailAsync(request, StatusCode.InvalidArgument, "multiplexed_model_id");
        request.ModelName = "a//b";
        await host.FailAsync(request, StatusCode.InvalidArgument, "a//b");
        (request.ModelName, request.ModelVersion) = ("iris", "01");
        await host.FailAsync(request, StatusCode.InvalidArgument, "a version is");
    }

    private static byte[] Ones(int count) => [.. Enumerable.Repeat((byte)255, count)];

    private static void AssertReceived(GrpcHost host, string type, long[] shape, byte[] data)
    {
        var tensor = Assert.IsType<Tensor>(host.Fake.Last!.Value.Inputs.Single());
        Assert.Equal(("X", type), (tensor.Name, tensor.Type.GetProtocolName()));
        Assert.Equal(shape, tensor.Shape);
        Assert.Equal(Convert.ToHexString(data), Convert.ToHexString(tensor.Data.Span));
    }
}
