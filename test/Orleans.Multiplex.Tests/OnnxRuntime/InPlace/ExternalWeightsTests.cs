using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.InPlace;
using Orleans.Multiplex.OnnxRuntime.Native;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.OnnxRuntime.Sessions;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>Originals whose weights lie in other files, and are used there: they give what they give opened as a whole.</summary>
public sealed class ExternalWeightsTests : IDisposable
{
    private static readonly TensorType[] Types =
    [
        TensorType.Float32, TensorType.Float64, TensorType.Float16, TensorType.BFloat16, TensorType.Int8, TensorType.UInt8, TensorType.Int32, TensorType.Int64,

        // These are left to ONNX Runtime.
        TensorType.Bool, TensorType.UInt16,
    ];

    private readonly TemporaryFolder _folder = new();
    private readonly ExternalWeights _weights;

    // What opens files by itself has to see to the environment of the process, which others test.
    public ExternalWeightsTests()
    {
        NativeEnvironment.Start(NullLogger.Instance);
        _weights = new ExternalWeights(_folder.Path);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ModelFiles Files => new(_folder["model.onnx"], [.. _weights.Files]);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Open_TablesOfAnyTypeAnywhere_GivesTheSameAsAWhole(int seed)
    {
        const int Rows = 1000;
        var random = new Random(seed);
        string?[] places = [null, "a.bin", "data/b.bin", "c"];
        var graph = new OnnxGraph("tables").Input("x", TensorType.Int64, -1);
        for (var i = 0; i < 12; i++)
        {
            var type = Types[random.Next(Types.Length)];
            AddTable(graph, $"t{i}", type, Rows + random.Next(1000), 1 + random.Next(64), places[random.Next(places.Length)], random);
        }

        AddTable(graph, "large", TensorType.Float32, 100_000, 64, "c", random);
        Write(graph);
        using var whole = Open(isWhole: true);
        using var inPlace = Open();
        Assert.True(inPlace.IsInPlace);
        var request = new InferenceRequest([Tensor.Create("x", [0L, 1, Rows - 1, 17], 4)]);

        var (expected, actual) = (whole.Run(request, Token).Outputs, inPlace.Run(request, Token).Outputs);

        Assert.All(expected.Zip(actual), static pair => Assert.True(((Tensor)pair.First).Data.Span.SequenceEqual(((Tensor)pair.Second).Data.Span), pair.First.Name));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Open_LayersAndTheirBiasInOtherFiles_GivesTheSameAsAWhole(int gap)
    {
        const int Width = 512;
        var random = new Random(gap);
        var graph = new OnnxGraph("layers")
            .Input("x", TensorType.Float32, -1, Width)
            .Output("y", TensorType.Float32, -1, Width)
            .Initializer(_weights.Add(Random("b", random, Width), "small.bin", gap))
            .Initializer(_weights.Add(Random("w0", random, Width, Width), "0.bin", gap))
            .Initializer(_weights.Add(Random("w1", random, Width, Width), "1.bin", gap))
            .Node("Gemm", ["x", "w0", "b"], ["u"])
            .Node("MatMul", ["u", "w1"], ["y"]);
        Write(graph);
        using var whole = Open(isWhole: true);
        using var inPlace = Open();
        Assert.True(inPlace.IsInPlace);

        foreach (var rows in new[] { 1, 3 })
        {
            var request = new InferenceRequest([Random("x", random, rows, Width)]);
            Assert.Null(OutputComparison.FindDifference(whole.Run(request, Token).Outputs, inPlace.Run(request, Token).Outputs));
        }
    }

    [Fact]
    public void Open_FilesRemovedAfterwards_GoesOnAndLetsThemGoAtItsEnd()
    {
        WriteTable();
        var session = Open();
        Assert.Equal(2, File.ReadLines("/proc/self/maps").Count(line => line.Contains(_folder.Path, StringComparison.Ordinal)));
        foreach (var name in _weights.Files)
        {
            File.Delete(_folder[name]);
        }

        Assert.Equal(4, ((Tensor)session.Run(new InferenceRequest([Tensor.Create("x", [0L, 1, 2, 3], 4)]), Token).Outputs[0]).Shape[0]);
        session.Dispose();

        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void Open_ChargesWhatIsMappedOfOtherFilesAndNothingOfItToTheHeap()
    {
        WriteTable();
        using (var data = File.OpenWrite(_folder["a.bin"]))
        {
            // Behind the last weight: not the model's.
            data.SetLength(data.Length + 1_000_000);
        }

        using var session = Open();

        Assert.Equal(2 * 4_000_000, session.MappedBytes);
        Assert.InRange(session.HeapBytes!.Value, 1, 200_000);
        var facts = OriginalOpening.Estimate(Files, isWhole: false, Token);
        Assert.Equal((session.HeapBytes, session.MappedBytes), (facts.EstimatedBytes, facts.MappedBytes));
        Assert.InRange(OriginalOpening.Estimate(Files, isWhole: true, Token).EstimatedBytes, 8_000_000, long.MaxValue);
    }

    [Theory]
    [InlineData("not of the version", "which is none of the other files of its version")]
    [InlineData("cut off", "need 4000000 bytes of 'a.bin', which has 3999999")]
    [InlineData("a link", "which is no file")]
    [InlineData("gone", "which is no file")]
    public void Open_OtherFileThatIsNotAsItHasToBe_IsRefused(string fault, string reason)
    {
        WriteTable();
        var files = fault == "not of the version" ? Files with { Others = ["b.bin"] } : Files;
        switch (fault)
        {
            case "cut off":
                using (var data = File.OpenWrite(_folder["a.bin"]))
                {
                    data.SetLength(data.Length - 1);
                }

                break;
            case "a link":
                File.Move(_folder["a.bin"], _folder["elsewhere"]);
                File.CreateSymbolicLink(_folder["a.bin"], _folder["elsewhere"]);
                break;
            case "gone":
                File.Delete(_folder["a.bin"]);
                break;
        }

        var opened = Assert.Throws<InvalidDataException>(() => OriginalOpening.Open("m", files, isWhole: false, tried: null, SessionHooks.None, TimeProvider.System, Token));
        var estimated = Assert.Throws<InvalidDataException>(() => OriginalOpening.Estimate(files, isWhole: false, Token));

        Assert.Contains(reason, opened.Message, StringComparison.Ordinal);
        Assert.Equal(opened.Message, estimated.Message);
    }

    // What is behind the end of a file can be mapped, and ends the process that reads it.
    [Fact]
    public void Map_FileThatBecameShorterSinceItWasLookedAt_MapsNothing()
    {
        WriteTable();
        using var model = File.OpenRead(Files.Path);
        var places = InPlaceRule.Choose(model, OnnxFileReader.Read(model, Token), Token)!;
        using (var data = File.OpenWrite(_folder["b.bin"]))
        {
            data.SetLength(data.Length - 1);
        }

        using var settings = SessionSettings.CreateInPlace(_folder.Path);

        Assert.Throws<EndOfStreamException>(() => MappedWeights.Add(Files, places, settings));
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(_folder.Path, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, false)]
    public void Choose_ManyFiles_IsOpenedAsAWhole(int files, bool isInPlace)
    {
        var graph = new OnnxGraph("many").Input("x", TensorType.Float32, 4096).Output("y", TensorType.Float32, 4096).Node("Identity", ["x"], ["y"]);
        for (var i = 0; i < files; i++)
        {
            graph.Initializer(OnnxTensor.WriteExternal($"w{i}", TensorType.Float32, [4096], $"{i}.bin"));
        }

        using var model = new MemoryStream(new OnnxModelBuilder(graph).Build());

        Assert.Equal(isInPlace, InPlaceRule.Choose(model, OnnxFileReader.Read(model, Token), Token) is not null);
    }

    [Theory]
    [InlineData(1L << 40, 1L << 22)]
    [InlineData(1L << 31, 1L << 30)]
    public void Read_MoreElementsThanThereAre_IsRefusedAndNoOverflow(long rows, long width)
    {
        var graph = new OnnxGraph("m").Input("x", TensorType.Float32, 1).Output("y", TensorType.Float32, 1).Node("Identity", ["x"], ["y"]);
        graph.Initializer(OnnxTensor.WriteExternal("w", TensorType.Float64, [rows, width], "a.bin"))
            .Initializer(OnnxTensor.WriteExternal("v", TensorType.Float64, [rows, width], "b.bin"));
        Write(graph);
        File.WriteAllBytes(_folder["a.bin"], new byte[8]);
        File.WriteAllBytes(_folder["b.bin"], new byte[8]);
        ModelFiles files = new(Files.Path, ["a.bin", "b.bin"]);

        Assert.Throws<InvalidDataException>(() => OriginalOpening.Open("m", files, isWhole: false, tried: null, SessionHooks.None, TimeProvider.System, Token));
        Assert.Throws<InvalidDataException>(() => OriginalOpening.Estimate(files, isWhole: false, Token));
    }

    public void Dispose() => _folder.Dispose();

    private static Tensor Random(string name, Random random, params long[] shape) => Tensor.Create(
        name, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, static (product, dimension) => product * dimension)).Select(_ => (random.NextSingle() - 0.5f) / 8)], shape);

    private OnnxSession Open(bool isWhole = false) => OriginalOpening.Open("m", Files, isWhole, tried: null, SessionHooks.None, TimeProvider.System, Token);

    private void AddTable(OnnxGraph graph, string name, TensorType type, int rows, int width, string? place, Random random)
    {
        var bytes = new byte[type.GetByteLength((long)rows * width)];
        random.NextBytes(bytes);
        var table = new Tensor(name, type, [rows, width], type == TensorType.Bool ? [.. bytes.Select(static value => (byte)(value & 1))] : bytes);
        graph.Output($"y{name}", type, -1, width).Node("Gather", [name, "x"], [$"y{name}"]);
        graph.Initializer(place is null ? OnnxTensor.Write(table) : _weights.Add(table, place, random.Next(9), saysLength: random.Next(2) == 0));
    }

    private void WriteTable()
    {
        var graph = new OnnxGraph("two").Input("x", TensorType.Int64, -1);
        AddTwo("a.bin");
        AddTwo("b.bin");
        Write(graph);

        void AddTwo(string file) => graph
            .Output($"y{file}", TensorType.Float32, -1)
            .Initializer(_weights.Add(Tensor.Create(file, new float[1_000_000]), file))
            .Node("Gather", [file, "x"], [$"y{file}"]);
    }

    private void Write(OnnxGraph graph) => File.WriteAllBytes(Files.Path, new OnnxModelBuilder(graph).Build());
}
