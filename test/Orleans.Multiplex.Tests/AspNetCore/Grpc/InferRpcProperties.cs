using CsCheck;
using Google.Protobuf;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

/// <summary>Tensors of each datatype and any shape, through a real server and back.</summary>
public sealed class InferRpcProperties
{
    private static readonly Gen<Tensor[]> AnyTensors = BinaryProperties.Values.Select(static value => value.Tensor).Array[1, 4].Select(Number);

    private static readonly Gen<Tensor[]> TypedTensors = BinaryProperties.Values.Select(static value => value.Tensor)
        .Where(static tensor => TypedFields.Find(tensor.Type) is not null).Array[1, 4].Select(Number);

    [Fact]
    public async Task Infer_AnyTensorsRaw_ComeBackTheSame()
    {
        await using var host = await GrpcHost.StartAsync();

        await AnyTensors.SampleAsync(
            async tensors =>
            {
                var request = Announce(tensors);
                request.RawInputContents.AddRange(tensors.Select(static tensor => ByteString.CopyFrom(tensor.Data.Span)));

                var response = await host.InferAsync(request);

                AssertSame(tensors, response);
                Assert.Equal(request.RawInputContents, response.RawOutputContents);
                Assert.All(response.Outputs, static output => Assert.Null(output.Contents));
            },
            iter: 1500,
            threads: 2);
    }

    [Fact]
    public async Task Infer_AnyTensorsTyped_ComeBackTheSame()
    {
        await using var host = await GrpcHost.StartAsync();

        await TypedTensors.SampleAsync(
            async tensors =>
            {
                var request = Announce(tensors);
                foreach (var (input, tensor) in request.Inputs.Zip(tensors))
                {
                    input.Contents = TypedContentsProperties.Contents(tensor);
                }

                var response = await host.InferAsync(request);

                AssertSame(tensors, response);
                Assert.Equal(request.Inputs.Select(static input => input.Contents), response.Outputs.Select(static output => output.Contents));
                Assert.Empty(response.RawOutputContents);
            },
            iter: 1500,
            threads: 2);
    }

    /// <summary>What goes in typed reaches a model as the bytes that go in raw.</summary>
    [Fact]
    public async Task Infer_AnyTensorRawAndTyped_IsTheSameTensor()
    {
        await using var host = await GrpcHost.StartAsync();

        await TypedTensors.Select(static tensors => tensors[0]).SampleAsync(
            async tensor =>
            {
                var request = Announce(tensor);
                request.Inputs[0].Contents = TypedContentsProperties.Contents(tensor);

                await host.InferAsync(request);

                var got = (Tensor)host.Fake.Last!.Value.Inputs.Single();
                Assert.Equal(Convert.ToHexString(tensor.Data.Span), Convert.ToHexString(got.Data.Span));
            },
            iter: 1000,
            threads: 1);
    }

    private static ModelInferRequest Announce(params Tensor[] tensors) => new()
    {
        ModelName = "iris",
        Inputs = { tensors.Select(static tensor => GrpcHost.Input(tensor.Type.GetProtocolName(), [.. tensor.Shape], null, tensor.Name)) },
    };

    private static Tensor[] Number(Tensor[] tensors) => [.. tensors.Select(static (tensor, i) => BinaryProperties.Rename(tensor, $"{i}"))];

    private static void AssertSame(Tensor[] tensors, ModelInferResponse response)
    {
        Assert.Equal(tensors.Length, response.Outputs.Count);
        foreach (var (tensor, output) in tensors.Zip(response.Outputs))
        {
            Assert.Equal((tensor.Name, tensor.Type.GetProtocolName()), (output.Name, output.Datatype));
            Assert.Equal(tensor.Shape, output.Shape);
        }
    }
}
