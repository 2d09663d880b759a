using System.Runtime.InteropServices;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>Which weights of a file are found, and where.</summary>
public sealed class WeightPlacesTests
{
    private const int Large = 8192;

    [Fact]
    public void Find_LargeWeight_SaysWhatItIsAndWhereItLies()
    {
        var numbers = Enumerable.Range(0, Large).Select(static i => i * 0.5f).ToArray();
        var file = Build(graph => graph.Initializer(Tensor.Create("w", numbers, 64, 128)).Node("Identity", ["x"], ["y"]));

        var weight = Assert.Single(Find(file)!.Weights);

        Assert.Equal(("w", TensorType.Float32), (weight.Name, weight.Type));
        Assert.Equal([64, 128], weight.Shape);
        var data = file.AsSpan((int)weight.Data.Start, (int)weight.Data.Length);
        Assert.True(data.SequenceEqual(MemoryMarshal.AsBytes<float>(numbers)));
    }

    [Fact]
    public void Find_SmallOnes_AreLeftWhereTheyAre()
    {
        var small = (int)(WeightPlaces.LeastBytes / sizeof(float)) - 1;
        var file = Build(graph => graph.Initializer(Tensor.Create("w", new float[small])).Node("Identity", ["x"], ["y"]));

        Assert.Empty(Find(file)!.Weights);
    }

    [Fact]
    public void Find_DefaultOfAnInput_IsNoWeight()
    {
        var file = Build(graph => graph
            .Input("w", TensorType.Float32, Large)
            .Initializer(Tensor.Create("w", new float[Large]))
            .Node("Identity", ["x"], ["y"]));

        Assert.Empty(Find(file)!.Weights);
    }

    [Fact]
    public void Find_NameTwice_GivesUp()
    {
        var file = Build(graph => graph
            .Initializer(Tensor.Create("w", new float[Large]))
            .Initializer(Tensor.Create("w", new float[Large]))
            .Node("Identity", ["x"], ["y"]));

        Assert.Null(Find(file));
    }

    // As many exporters write small constants: typed fields, which come before the name.
    [Fact]
    public void Find_ConstantsInTypedFields_AreLeftAndTheirNamesCount()
    {
        var typed = Build(static graph => graph.Initializer(Tensor.Create("w", new float[Large])).Node("Identity", ["x"], ["y"]), Typed("a"), Typed("b"));
        var twice = Build(static graph => graph.Initializer(Tensor.Create("w", new float[Large])).Node("Identity", ["x"], ["y"]), Typed("w"));

        Assert.Equal("w", Assert.Single(Find(typed)!.Weights).Name);
        Assert.Null(Find(twice));

        // Graph (7), initializer (5): one dimension of 1, INT64, int64_data (7), name (8).
        static byte[] Typed(string name) => [(7 << 3) | 2, 12, (5 << 3) | 2, 10, 1 << 3, 1, 2 << 3, 7, (7 << 3) | 2, 1, 5, (8 << 3) | 2, 1, (byte)name[0]];
    }

    [Fact]
    public void Find_ShapeThatDoesNotFitTheData_IsLeftToTheRuntime()
    {
        var file = Build(graph => graph.Initializer(Tensor.Create("w", new float[Large])).Node("Identity", ["x"], ["y"]));
        var weight = Assert.Single(Find(file)!.Weights);

        // Its only dimension, a number of two bytes behind the tag of its field, becomes smaller.
        file[weight.Tensor.Start + 2]--;

        Assert.Empty(Find(file)!.Weights);
    }

    [Fact]
    public void Find_CutOffAnywhere_EndsInAnErrorOrInWhatIsThere()
    {
        var file = Build(graph => graph.Initializer(Tensor.Create("w", new float[Large])).Node("Identity", ["x"], ["y"]));
        for (var length = 0; length < file.Length; length += length is > 200 && length < file.Length - 200 ? 97 : 1)
        {
            try
            {
                Find(file[..length]);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    private static WeightPlaces? Find(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return WeightPlaces.Find(stream, TestContext.Current.CancellationToken);
    }

    private static byte[] Build(Func<OnnxGraph, OnnxGraph> fill, params byte[][] more) =>
        [.. new OnnxModelBuilder(fill(new OnnxGraph("m").Input("x", TensorType.Float32, 1).Output("y", TensorType.Float32, 1))).Build(), .. more.SelectMany(static part => part)];
}
