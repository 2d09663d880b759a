using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

public sealed class SequenceAndMapTests
{
    [Fact]
    public async Task Run_ZipMapWithNumbers_GivesAMapForEachRow()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.LinearClassifierWithNumbers());

        var outputs = session.Run(Tensor.Create("x", [5f, 0, 0, 5, -5, -5], 3, 2));

        Assert.Equal([10L, 20L, 30L], Assert.IsType<Tensor>(outputs[0]).AsSpan<long>());
        var maps = Assert.IsType<ValueSequence>(outputs[1]).Elements.Cast<ValueMap>().ToArray();
        Assert.Equal(3, maps.Length);
        for (var row = 0; row < maps.Length; row++)
        {
            Assert.Equal([10L, 20L, 30L], maps[row].Keys.AsSpan<long>());
            var probabilities = maps[row].Values.AsSpan<float>().ToArray();
            Assert.Equal(1f, probabilities.Sum(), 1e-5f);
            Assert.Equal(row, Array.IndexOf(probabilities, probabilities.Max()));
        }
    }

    [Fact]
    public async Task Run_ZipMapWithText_GivesAMapForEachRow()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.LinearClassifierWithText());

        var outputs = session.Run(Tensor.Create("x", [0f, 5f], 1, 2));

        Assert.Equal(["dog"], Assert.IsType<Tensor>(outputs[0]).ToStringArray());
        var map = Assert.IsType<ValueMap>(Assert.Single(Assert.IsType<ValueSequence>(outputs[1]).Elements));
        Assert.Equal(["cat", "dog", "emu"], map.Keys.ToStringArray());
        Assert.InRange(map.Values.AsSpan<float>()[1], 0.9f, 1f);
    }

    [Fact]
    public async Task Run_ZipMapOnNoRows_GivesAnEmptySequence()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.TreeClassifier());

        var outputs = session.Run(Tensor.Create("x", Array.Empty<float>(), 0, 1));

        Assert.Empty(Assert.IsType<ValueSequence>(outputs[1]).Elements);
    }

    [Fact]
    public async Task Run_TreeClassifier_DecidesAsTheTreeSays()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.TreeClassifier());

        var outputs = session.Run(Tensor.Create("x", [0.5f, 0.6f], 2, 1));

        Assert.Equal([0L, 1L], Assert.IsType<Tensor>(outputs[0]).AsSpan<long>());
        var maps = Assert.IsType<ValueSequence>(outputs[1]).Elements.Cast<ValueMap>();
        Assert.Equal([[1f, 0f], [0f, 1f]], maps.Select(map => map.Values.AsSpan<float>().ToArray()));
    }

    [Fact]
    public async Task Signature_ZipMap_IsASequenceOfMaps()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.LinearClassifierWithText());

        Assert.Equal(
            [
                new ValueSpec("label", ValueKind.Tensor, TensorType.String, [-1], false),
                new ValueSpec("probabilities", ValueKind.SequenceOfMaps, TensorType.Float32, default, false, TensorType.String),
            ],
            session.Signature.Outputs,
            (expected, actual) => expected with { Shape = default } == actual with { Shape = default }
                && (expected.Shape.IsDefault ? actual.Shape.IsDefault : expected.Shape.SequenceEqual(actual.Shape)));
    }

    [Fact]
    public async Task Signature_SequenceOfTensors_HasTheirShape()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Identity(OnnxType.Sequence(OnnxType.Tensor(TensorType.Int32, -1, 4))));

        var output = Assert.Single(session.Signature.Outputs);

        Assert.Equal((ValueKind.SequenceOfTensors, TensorType.Int32, null), (output.Kind, output.Type, output.KeyType));
        Assert.Equal([-1L, 4], output.Shape);
    }

    [Fact]
    public async Task Run_SequenceOut_HasTheTensorsInOrder()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.SequenceOfTwo());

        var outputs = session.Run(Tensor.Create("a", [1f, 2f]), Tensor.Create("b", [3f]));

        var tensors = Assert.IsType<ValueSequence>(Assert.Single(outputs)).Elements.Cast<Tensor>();
        Assert.Equal([[1f, 2f], [3f]], tensors.Select(tensor => tensor.AsSpan<float>().ToArray()));
    }

    [Theory]
    [InlineData(0, new[] { 1f, 2f })]
    [InlineData(-1, new[] { 3f })]
    public async Task Run_SequenceIn_IsReadByPlace(long place, float[] expected)
    {
        var sequence = new ValueSequence("x", [Tensor.Create("", [1f, 2f]), Tensor.Create("", [3f])]);

        var output = await Runs.RunToTensorAsync(TestModels.SequenceAt(), sequence, Tensor.CreateScalar("i", place));

        Assert.Equal(expected, output.AsSpan<float>());
    }

    [Fact]
    public async Task Run_SequenceInWithoutElements_IsTaken()
    {
        var output = await Runs.RunToTensorAsync(TestModels.SequenceLength(), new ValueSequence("x", []));

        Assert.Equal([0L], output.AsSpan<long>());
    }

    [Fact]
    public async Task Run_SequenceOfText_ComesBackTheSame()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.Identity(OnnxType.Sequence(OnnxType.Tensor(TensorType.String, -1))));

        var outputs = session.Run(new ValueSequence("x", [Tensor.Create("", ["a", ""]), Tensor.Create("", ["ü"])]));

        var tensors = Assert.IsType<ValueSequence>(Assert.Single(outputs)).Elements.Cast<Tensor>();
        Assert.Equal([["a", ""], ["ü"]], tensors.Select(tensor => tensor.ToStringArray()));
    }

    [Fact]
    public async Task Run_PlaceOutsideTheSequence_FailsAndTheSessionGoesOn()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.SequenceAt());
        var sequence = new ValueSequence("x", [Tensor.Create("", [1f])]);

        Assert.ThrowsAny<MultiplexException>(() => session.Run(sequence, Tensor.CreateScalar("i", 5L)));

        Assert.Equal([1f], session.RunToTensor(sequence, Tensor.CreateScalar("i", 0L)).AsSpan<float>());
    }

    [Fact]
    public async Task Run_MapIn_IsRead()
    {
        var map = new ValueMap("x", Tensor.Create("", ["c", "a"]), Tensor.Create("", [3f, 1f]));

        var output = await Runs.RunToTensorAsync(TestModels.MapInput(), map);

        Assert.Equal([1f, 0f, 3f], output.AsSpan<float>());
    }

    [Fact]
    public async Task Run_OptionalOutputWithValue_IsGiven()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.OptionalOutput());

        var outputs = session.Run(Tensor.CreateScalar("x", true));

        Assert.Equal([1f], Assert.IsType<Tensor>(outputs[0]).AsSpan<float>());
        Assert.Equal([false], Assert.IsType<Tensor>(outputs[1]).AsSpan<bool>());
    }

    [Fact]
    public async Task Run_OptionalOutputWithoutValue_FailsAndTheOtherOutputsCanBeHad()
    {
        using var session = await ModelOnDisk.OpenAsync(TestModels.OptionalOutput());

        var error = Assert.Throws<InferenceFailedException>(() => session.Run(Tensor.CreateScalar("x", false)));
        var others = session.Run(new InferenceRequest([Tensor.CreateScalar("x", false)], ["z"]));

        Assert.Contains("no value for output 'y'", error.Reason, StringComparison.Ordinal);
        Assert.Equal([true], Assert.IsType<Tensor>(Assert.Single(others)).AsSpan<bool>());
    }
}
