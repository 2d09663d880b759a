using Orleans.Multiplex.Conformance.Tests.Cases;
using Orleans.Multiplex.Conformance.Tests.Classifiers;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests;

/// <summary>Classifiers with ZipMap, more of them than the gateway may hold at once: by SDK whole, over HTTP and gRPC as tensors.</summary>
[Collection("gateways")]
public sealed class ClassifierTests(ClassifierGateway gateway) : IClassFixture<ClassifierGateway>
{
    public static TheoryData<string> Ids => [.. Classifier.All.Select(classifier => classifier.Id)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Infer_BySdk_GivesLabelsAndMapsAsBareOnnxRuntimeDoes(string id)
    {
        var classifier = Find(id);
        var expected = BareRuntime.Run(classifier.File, Classifier.Rows);

        var response = await gateway.Models.Sdk.InferAsync(id, [Classifier.Rows], cancellationToken: Token);

        Assert.Null(Comparison.FindDifference(expected, response.Outputs));
        Assert.Equal(["label", "probabilities"], response.Outputs.Select(output => output.Name));
        var labels = LabelsOf((Tensor)response.Outputs[0]);
        Assert.Equal(4, labels.Length);
        Assert.NotEqual(1, labels.Cast<object>().Distinct().Count());
        var maps = ((ValueSequence)response.Outputs[1]).Elements.Cast<ValueMap>().ToList();
        Assert.Equal(4, maps.Count);
        Assert.All(maps, map => Assert.Equal(classifier.Labels, LabelsOf(map.Keys)));
        Assert.All(maps, map => Assert.Equal(classifier.Labels.Length, map.Values.AsSpan<float>().Length));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Infer_OverHttpAskedForTheLabelOnly_GivesTheLabel(string id)
    {
        var expected = BareRuntime.Run(Find(id).File, Classifier.Rows)[0];

        var outputs = await gateway.Models.Http.InferAsync(id, [Classifier.Rows], ["label"], Token);

        Assert.Null(Comparison.FindDifference([expected], outputs));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Infer_OverEachWire_GivesTheProbabilitiesAsAMatrixAndTheClassesAsLabels(string id)
    {
        var classifier = Find(id);
        var expected = AsTensors.Of(BareRuntime.Run(classifier.File, Classifier.Rows))!;

        IReadOnlyList<ModelValue>[] answers =
        [
            await gateway.Models.Http.InferAsync(id, [Classifier.Rows], [], Token),
            await gateway.Models.Http.InferBinaryAsync(id, [Classifier.Rows], Token),
            await gateway.Models.Grpc.InferAsync(id, [Classifier.Rows], Token),
        ];

        Assert.All(answers, outputs => Assert.Null(Comparison.FindDifference(expected, outputs)));
        Assert.All(answers, outputs => Assert.Equal(["label", "probabilities", "probabilities.labels"], outputs.Select(output => output.Name)));
        Assert.All(answers, outputs => Assert.Equal([4, classifier.Labels.Length], ((Tensor)outputs[1]).Shape));
        Assert.All(answers, outputs => Assert.Equal(classifier.Labels, LabelsOf((Tensor)outputs[2])));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Infer_OverHttpAskedForTheClasses_GivesThemInTheOrderAskedFor(string id)
    {
        var expected = AsTensors.Of(BareRuntime.Run(Find(id).File, Classifier.Rows))!;

        var outputs = await gateway.Models.Http.InferAsync(id, [Classifier.Rows], ["probabilities.labels", "label", "probabilities"], Token);

        Assert.Null(Comparison.FindDifference([expected[2], expected[0], expected[1]], outputs));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Infer_OverHttpWithoutRows_GivesEmptyTensors(string id)
    {
        var labels = Find(id).Labels is long[]? TensorType.Int64 : TensorType.String;

        var outputs = await gateway.Models.Http.InferAsync(id, [Tensor.Create("x", Array.Empty<float>(), 0, 2)], ["probabilities", "probabilities.labels"], Token);

        Assert.Null(Comparison.FindDifference(
            [new Tensor("probabilities", TensorType.Float32, [0, 0], default), new Tensor("probabilities.labels", labels, [0], default)], outputs));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Metadata_OfThem_ListsWhatIsAnswered(string id)
    {
        var type = Find(id).Labels is long[]? "INT64" : "BYTES";

        var metadata = await gateway.Models.Http.GetAsync($"/v2/models/{Uri.EscapeDataString(id)}", Token);

        Assert.Equal(
            $$"""[{"name":"label","datatype":"{{type}}","shape":[-1]},{"name":"probabilities","datatype":"FP32","shape":[-1,-1]},{"name":"probabilities.labels","datatype":"{{type}}","shape":[-1]}]""",
            metadata.GetProperty("outputs").GetRawText());
    }

    private static Classifier Find(string id) => Classifier.All.Single(classifier => classifier.Id == id);

    private static Array LabelsOf(Tensor tensor) => tensor.Type == TensorType.String ? tensor.ToStringArray() : tensor.ToArray<long>();
}
