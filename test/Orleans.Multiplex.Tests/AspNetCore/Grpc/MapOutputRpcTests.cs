using Grpc.Core;
using Orleans.Multiplex.Testing.OpenInference;
using Orleans.Multiplex.Tests.AspNetCore.Outputs;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class MapOutputRpcTests
{
    [Theory]
    [InlineData("", "label,scores,scores.labels")]
    [InlineData("scores.labels,scores", "scores.labels,scores")]
    [InlineData("scores.labels", "scores.labels")]
    public async Task Outputs_OfMaps_AreTheTensorsAskedForInTheirOrder(string wanted, string expected)
    {
        await using var host = await GrpcHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows));
        foreach (var request in new[] { GrpcHost.Raw("INT8", [1], [1]), GrpcHost.Typed("INT8", [1], new() { IntContents = { 1 } }) })
        {
            request.Outputs.AddRange(wanted.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(
                name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));

            var response = await host.InferAsync(request);

            Assert.Equal(expected.Split(','), response.Outputs.Select(output => output.Name));
            var labels = response.Outputs.Select((output, i) => (output, i)).Single(pair => pair.output.Name == "scores.labels");
            Assert.Equal(("BYTES", 2L), (labels.output.Datatype, labels.output.Shape.Single()));
            if (request.RawInputContents.Count > 0)
            {
                Assert.Equal([3, 0, 0, 0, .. "cat"u8, 3, 0, 0, 0, .. "dog"u8], response.RawOutputContents[labels.i].ToByteArray());
            }
            else
            {
                Assert.Equal(["cat", "dog"], labels.output.Contents.BytesContents.Select(bytes => bytes.ToStringUtf8()));
            }
        }
    }

    [Fact]
    public async Task Outputs_OfMapsTyped_AreAMatrix()
    {
        await using var host = await GrpcHost.StartAsync(Scores.Client(Scores.Rows));

        var scores = (await host.InferAsync(GrpcHost.Typed("INT8", [1], new() { IntContents = { 1 } }))).Outputs[0];

        Assert.Equal(("scores", "FP32"), (scores.Name, scores.Datatype));
        Assert.Equal([2L, 2], scores.Shape);
        Assert.Equal([0.25f, 0.75f, 1, 0], scores.Contents.Fp32Contents);
    }

    [Fact]
    public async Task Outputs_ThatNoTensorCarries_AreNamed()
    {
        await using var host = await GrpcHost.StartAsync(Scores.Client(new ValueSequence("scores", [Scores.Map([1f, 2f]), Scores.Map([1f], "", "cat")])));

        await host.FailAsync(GrpcHost.Raw("INT8", [1], [1]), StatusCode.InvalidArgument, "Output 'scores' is a sequence of maps", ".NET SDK");
    }
}
