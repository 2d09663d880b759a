using Orleans.Multiplex.Conformance.Tests.Calls;
using Orleans.Multiplex.Conformance.Tests.Cases;
using Orleans.Multiplex.Conformance.Tests.Classifiers;
using Xunit;

namespace Orleans.Multiplex.Conformance.Tests;

/// <summary>Classifiers with ZipMap, more of them than the gateway may hold at once: by SDK whole, over HTTP what JSON carries of them.</summary>
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
    public async Task Infer_OverHttpAskedForAll_SaysWhichOutputJsonCannotCarry(string id)
    {
        var refused = await Assert.ThrowsAsync<RefusedException>(() => gateway.Models.Http.InferAsync(id, [Classifier.Rows], [], Token));

        Assert.Equal(400, refused.Status);
        Assert.Contains("'probabilities'", refused.Message, StringComparison.Ordinal);
    }

    private static Classifier Find(string id) => Classifier.All.Single(classifier => classifier.Id == id);

    private static Array LabelsOf(Tensor tensor) => tensor.Type == TensorType.String ? tensor.ToStringArray() : tensor.ToArray<long>();
}
