using System.Net;
using System.Text;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Outputs;

public sealed class MapOutputTests
{
    private const string ScoresJson = """{"name":"scores","datatype":"FP32","shape":[2,2],"data":[0.25,0.75,1,0]}""";
    private const string LabelsJson = """{"name":"scores.labels","datatype":"BYTES","shape":[2],"data":["cat","dog"]}""";
    private const string LabelJson = """{"name":"label","datatype":"BYTES","shape":[2],"data":["dog","cat"]}""";

    [Theory]
    [InlineData("", "", LabelJson, ScoresJson, LabelsJson)]
    [InlineData("scores", "scores", ScoresJson)]
    [InlineData("scores.labels", "scores", LabelsJson)]
    [InlineData("scores.labels,scores", "scores", LabelsJson, ScoresJson)]
    [InlineData("scores,label,scores.labels", "scores,label", ScoresJson, LabelJson, LabelsJson)]
    [InlineData("scores.labels,label", "label,scores", LabelsJson, LabelJson)]
    public async Task Outputs_OfMaps_AreTheTensorsAskedForInTheirOrder(string wanted, string asked, params string[] expected)
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows));

        var reply = (await host.InferAsync(Request(wanted))).IsOk();

        Assert.Equal($$"""{"model_name":"iris","model_version":"3","outputs":[{{string.Join(',', expected)}}]}""", reply.Text);
        Assert.Equal(asked, string.Join(',', host.Fake.Last!.Value.Options.Outputs));
    }

    [Theory]
    [InlineData("label.labels")]
    [InlineData("scores.labels.labels")]
    [InlineData(".labels")]
    public async Task Outputs_LabelsOfWhatHasNone_AreNoOutput(string wanted)
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows));

        (await host.InferAsync(Request(wanted))).IsError(HttpStatusCode.BadRequest, $"has no output '{wanted}'");
    }

    [Fact]
    public async Task Outputs_LabelsAskedForTwice_AreRefused()
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows));

        (await host.InferAsync(Request("scores.labels,scores.labels"))).IsError(HttpStatusCode.BadRequest, "'scores.labels' of model 'iris' is asked for twice");
        Assert.Null(host.Fake.Last);
    }

    [Fact]
    public async Task Outputs_TheModelHasOneOfTheLabelsName_ItKeepsIt()
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Rows, Tensor.Create("scores.labels", [7L])));

        (await host.InferAsync(Request(""))).IsError(HttpStatusCode.BadRequest, "'scores' would be output 'scores.labels'", "Ask for other outputs");
        var outputs = (await host.InferAsync(Request("scores.labels,scores"))).IsOk().Json.GetProperty("outputs");
        Assert.Equal(7, outputs[0].GetProperty("data")[0].GetInt64());
        Assert.Equal("scores", outputs[1].GetProperty("name").GetString());
        var listed = (await host.GetAsync("/v2/models/iris")).IsOk().Json.GetProperty("outputs");
        Assert.Equal(["scores FP32", "scores.labels INT64"], listed.EnumerateArray().Select(output => $"{output.GetProperty("name")} {output.GetProperty("datatype")}"));
    }

    [Fact]
    public async Task Outputs_OfASingleMap_AreOneRow()
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Map([1f, 2f], "m")));

        Assert.EndsWith(
            """[{"name":"m","datatype":"FP32","shape":[2],"data":[1,2]},{"name":"m.labels","datatype":"BYTES","shape":[2],"data":["cat","dog"]}]}""",
            (await host.InferAsync(Request(""))).IsOk().Text,
            StringComparison.Ordinal);
        Assert.EndsWith(
            """[{"name":"m","datatype":"FP32","shape":[-1]},{"name":"m.labels","datatype":"BYTES","shape":[-1]}]}""",
            (await host.GetAsync("/v2/models/iris")).IsOk().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outputs_OfNoRows_AreDescribedByTheVersionThatAnswered()
    {
        var described = new List<string>();
        var fake = Scores.Client(new ValueSequence("scores", []), new ValueSequence("tensors", []));
        var describe = fake.OnDescribe;
        fake.OnDescribe = model =>
        {
            described.Add(model);
            return describe(model);
        };
        await using var host = await HttpHost.StartAsync(fake);

        Assert.EndsWith(
            """
            [{"name":"scores","datatype":"FP32","shape":[0,0],"data":[]},{"name":"scores.labels","datatype":"BYTES","shape":[0],"data":[]},{"name":"tensors","datatype":"INT32","shape":[0,0,4],"data":[]}]}
            """.Trim(),
            (await host.InferAsync(Request(""))).IsOk().Text,
            StringComparison.Ordinal);
        Assert.Equal(["iris@3"], described);
    }

    [Fact]
    public async Task Outputs_ThatNoTensorCarries_AreNamedAndListedAsTheyAre()
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, new ValueSequence("unknown", [])));

        (await host.InferAsync(Request(""))).IsError(HttpStatusCode.BadRequest, "Output 'unknown' is an empty sequence", "with \"outputs\"");
        (await host.InferAsync(Request("label"))).IsOk();
        Assert.Contains(
            """{"name":"unknown","datatype":"UNKNOWN","parameters":{"kind":"other"}}""",
            (await host.GetAsync("/v2/models/iris")).IsOk().Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, true, true)]
    [InlineData(true, null, true, true)]
    [InlineData(true, false, true, false)]
    [InlineData(false, true, false, true)]
    public async Task Outputs_AsBinaryData_SayItEachForItself(bool? scores, bool? labels, bool scoresBinary, bool labelsBinary)
    {
        await using var host = await HttpHost.StartAsync(Scores.Client(Scores.Label, Scores.Rows));
        var wanted = $$"""{"inputs":[],"parameters":{"binary_data_output":true},"outputs":[{{Output("scores.labels", labels)}},{{Output("scores", scores)}}]}""";

        var (json, blobs) = (await host.InferAsync(wanted)).SplitBinary();

        byte[] labelBytes = [3, 0, 0, 0, .. "cat"u8, 3, 0, 0, 0, .. "dog"u8];
        byte[] scoreBytes = [0, 0, 128, 62, 0, 0, 64, 63, 0, 0, 128, 63, 0, 0, 0, 0];
        Assert.Equal([.. labelsBinary ? labelBytes : [], .. scoresBinary ? scoreBytes : []], blobs.ToArray());
        var outputs = json.GetProperty("outputs");
        Assert.Equal(["scores.labels", "scores"], outputs.EnumerateArray().Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(!labelsBinary, outputs[0].TryGetProperty("data", out _));
        Assert.Equal(!scoresBinary, outputs[1].TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Outputs_OfARawRequest_AreAllRaw()
    {
        var fake = Scores.Client(Scores.Label, Scores.Rows);
        fake.OnDescribe = static model => FakeMultiplexClient.Describe(model) with
        {
            Signature = new ModelSignature("onnx_onnxv1", [new ValueSpec("X", ValueKind.Tensor, TensorType.Float32, [1], false)], []),
        };
        await using var host = await HttpHost.StartAsync(fake);

        var (json, blobs) = (await host.SendBytesAsync(new byte[4], "0")).SplitBinary();

        Assert.Equal([14, 16, 14], json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()));
        Assert.Equal("catdog", Encoding.UTF8.GetString([.. blobs.ToArray()[34..37], .. blobs.ToArray()[41..]]));
        Assert.Equal(0, host.InFlight.Charged);
    }

    private static string Request(string outputs) => outputs.Length == 0
        ? """{"inputs":[]}"""
        : $$"""{"inputs":[],"outputs":[{{string.Join(',', outputs.Split(',').Select(name => Output(name, null)))}}]}""";

    private static string Output(string name, bool? binary) => binary is { } flag
        ? $$$"""{"name":"{{{name}}}","parameters":{"binary_data":{{{(flag ? "true" : "false")}}}}}"""
        : $$"""{"name":"{{name}}"}""";
}
