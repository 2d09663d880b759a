using System.Security.Cryptography;
using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

public sealed class ModelPreparationTests
{
    private static readonly Dictionary<string, byte[]> Models = new()
    {
        ["affine"] = TestModels.Affine(2, 1),
        ["mlp"] = TestModels.Mlp(1_000),
        ["classifier with numbers"] = TestModels.LinearClassifierWithNumbers(),
        ["classifier with text"] = TestModels.LinearClassifierWithText(),
        ["tree"] = TestModels.TreeClassifier(),
        ["loop"] = TestModels.Count(),
        ["optional input"] = TestModels.OptionalInput(),
        ["constants as inputs"] = TestModels.OptionalInput(irVersion: 3),
        ["optional output"] = OptionalOutputWithValue(),
        ["scalar"] = TestModels.ScalarOutput(),
        ["sequence output"] = TestModels.SequenceOfTwo(),
        ["sequence input"] = TestModels.SequenceLength(),
        ["sequence and place"] = TestModels.SequenceAt(),
        ["map input"] = TestModels.MapInput(),
        ["text"] = TestModels.Identity(TensorType.String, -1, 2),
        ["FP16"] = TestModels.Identity(TensorType.Float16, -1, 3),
        ["BF16"] = TestModels.Identity(TensorType.BFloat16, 2),
        ["bool"] = TestModels.Identity(TensorType.Bool),
        ["any rank"] = TestModels.Identity(OnnxType.AnyRank(TensorType.Float64)),
        ["named dimensions"] = TestModels.Identity(OnnxType.NamedTensor(TensorType.Int32, "batch", "length")),
        ["nested conditions"] = HostileModels.NestedIfs(6),
        ["chain"] = HostileModels.Chain(300),
        ["square only"] = TestModels.BadReshape(),
    };

    public static TheoryData<string> Names => [.. Models.Keys.Except(["square only"])];

    [Theory]
    [MemberData(nameof(Names))]
    public void Prepare_SmallModel_GivesWhatTheOriginalGives(string name)
    {
        using var folder = new PreparedFolder(Models[name]);

        var model = folder.PrepareWell();

        Assert.Equal(Opening.Read, model.Opening);
        Assert.Equal(["key"], folder.Made);
        AssertSame(folder, model, Opening.Read);
    }

    [Fact]
    public void Prepare_Pictures_IsMappedAndGivesTheSame()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteResNet(path, [8, 64, 128], classes: 10, side: 32));

        var model = folder.PrepareWell();

        Assert.Equal(Opening.Mapped, model.Opening);
        AssertSame(folder, model, Opening.Mapped);
    }

    [Fact]
    public void Prepare_Table_IsMappedAndGivesTheSame()
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteEmbedding(path, 1_000, 256));

        var model = folder.PrepareWell();

        Assert.Equal(Opening.Mapped, model.Opening);
        AssertSame(folder, model, Opening.Mapped);
    }

    [Theory]
    [InlineData("Gemm")]
    [InlineData("MatMul")]
    public void Prepare_Layers_OpensUnpackedFirstAndPackedToo(string operation)
    {
        using var folder = new PreparedFolder(path => LargeModels.WriteLayers(path, 256, 4, operation));

        var model = folder.PrepareWell();

        Assert.Equal([Opening.Unpacked, Opening.Mapped], model.Openings);
        AssertSame(folder, model, Opening.Unpacked);
        AssertSame(folder, model, Opening.Mapped);
    }

    [Fact]
    public void Prepare_Twice_TakesWhatIsThere()
    {
        using var folder = new PreparedFolder(Models["affine"]);
        var first = folder.PrepareWell();
        File.Delete(folder.Original);

        var second = folder.PrepareWell();

        Assert.Equal(first.ContentDigest, second.ContentDigest);
    }

    [Fact]
    public void Prepare_Record_SaysWhatTheNextLoadNeeds()
    {
        using var folder = new PreparedFolder(Models["any rank"]);
        var model = folder.PrepareWell();
        using var session = folder.OpenOriginal();

        Assert.True(PreparedModel.TryRead(folder.Target, out var read));

        Assert.Equal(model.ContentDigest, read.ContentDigest);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(read.Content!)), read.ContentDigest);
        Assert.Equal(session.Signature.Platform, read.Signature.Platform);
        Assert.Equal(session.Signature.Inputs, read.Signature.Inputs);
        Assert.Equal(session.Signature.Outputs, read.Signature.Outputs);
        Assert.Equal(read.HeapBytes, read.Facts.EstimatedBytes);
        Assert.InRange(read.LoadMilliseconds, 0.001, 60_000);
    }

    [Fact]
    public void Prepare_OtherProcessWasFirst_TakesItsFolder()
    {
        using var folder = new PreparedFolder(Models["affine"]);
        folder.PrepareWell();
        var written = File.GetLastWriteTimeUtc(Path.Combine(folder.Target, "prepared"));

        folder.PrepareWell();

        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(folder.Target, "prepared")));
        Assert.Equal(["key"], folder.Made);
    }

    private static void AssertSame(PreparedFolder folder, PreparedModel model, Opening opening)
    {
        using var original = folder.OpenOriginal();
        using var prepared = PreparedFolder.Open(model, opening);
        Assert.Equal(original.Signature.Inputs.Select(Wording), prepared.Signature.Inputs.Select(Wording));
        var inputs = MadeUpInputs.Create(original.Signature, size: 1, withOptional: true, seed: 7)!.Value;

        Assert.Null(OutputComparison.FindDifference(original.Run(inputs), prepared.Run(inputs)));
    }

    private static string Wording(ValueSpec spec) => $"{spec.Name} {spec.IsOptional} {Multiplex.OnnxRuntime.Wording.Describe(spec)}";

    private static byte[] OptionalOutputWithValue() =>
        new OnnxModelBuilder(new OnnxGraph("optional")
            .Input("x", TensorType.Float32, 2)
            .Output("y", OnnxType.Optional(OnnxType.Tensor(TensorType.Float32, 2)))
            .Node("Optional", ["x"], ["y"])).Build();
}
