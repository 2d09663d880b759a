using Orleans.Multiplex.Execution;
using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.OnnxRuntime.Preparation;
using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Storage.Cache;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Orleans.Multiplex.Tests.Storage.Cache;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.Preparation;

/// <summary>Models with weights in other files become one file, as others do.</summary>
public sealed class ExternalPreparationTests : CacheTest
{
    private const int Rows = 100_000;
    private const string Data = "weights.bin";

    [Theory]
    [InlineData(10, Opening.Mapped)]
    [InlineData(100_000, Opening.Mapped)]
    public void Prepare_Table_NeedsNoOtherFileAndGivesTheSame(int rows, object opening) => AssertPrepared(
        (Opening)opening,
        weights => new OnnxGraph("table")
            .Input("x", TensorType.Int64, -1)
            .Output("y", TensorType.Float32, -1)
            .Initializer(weights.Add(Table(rows, 1), "data/table.bin", gap: 3))
            .Node("Gather", ["w", "x"], ["y"]),
        Tensor.Create("x", [0L, 1, 9], 3));

    [Fact]
    public void Prepare_Layers_NeedNoOtherFileAndGiveTheSame() => AssertPrepared(
        Opening.Unpacked,
        weights => new OnnxGraph("layers")
            .Input("x", TensorType.Float32, -1, 256)
            .Output("y", TensorType.Float32, -1, 256)
            .Initializer(weights.Add(Tensor.Create("w0", Numbers(256 * 256, 0.001f), 256, 256), "0.bin"))
            .Initializer(weights.Add(Tensor.Create("w1", Numbers(256 * 256, 0.002f), 256, 256), "1.bin"))
            .Node("MatMul", ["x", "w0"], ["v"])
            .Node("MatMul", ["v", "w1"], ["y"]),
        Tensor.Create("x", Numbers(3 * 256, 0.1f), 3, 256));

    [Fact]
    public async Task Open_OtherDataBesideTheSameModel_AreNotTakenForThoseThatWerePrepared()
    {
        var cache = Open();
        await using var silo = new TestBackend(Log);
        var (one, two) = (Put(1), Put(2));
        await WantAsync(silo, cache, one, 1);
        await UntilAsync(() => Prepared().Length == 1);

        await WantAsync(silo, cache, two, 2);
        await UntilAsync(() => Prepared().Length == 2);

        await WantAsync(silo, cache, one, 1);
        await WantAsync(silo, cache, two, 2);
        Assert.Equal(2, Prepared().Length);
        Assert.Single(Directory.GetDirectories(Folder.AllMade));
    }

    [Fact]
    public async Task Inspect_SameModelBesideDataThatAreCutOff_IsRefused()
    {
        var cache = Open();
        await using var silo = new TestBackend();
        using var good = await AcquireAsync(cache, Put(1));
        await good.Artifact.Contents!.WhenKnown.Soon();
        var facts = await silo.Backend.InspectAsync(good.Artifact, Token);
        using var bad = await AcquireAsync(cache, Store.Put("bad", Files(new byte[sizeof(float)])));
        await bad.Artifact.Contents!.WhenKnown.Soon();

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => silo.Backend.InspectAsync(bad.Artifact, Token).AsTask());

        Assert.Contains("its tensors need 400000 bytes of 'weights.bin', which has 4.", error.Message, StringComparison.Ordinal);
        Assert.Equal(facts, await silo.Backend.InspectAsync(good.Artifact, Token));
    }

    [Fact]
    public async Task Run_TwiceLargerThanAPreparedModelCanBe_StaysInPlace()
    {
        using var machine = new TemporaryFolder();
        await using var silo = new CheckingSilo(machine);
        var preparer = new CountingPreparer();
        await using var backend = new TestBackend(silo.Log, preparer);
        var artifact = silo.Put(machine["m"], [(CheckingSilo.ModelFile, TestModels.TableInAnotherFile(1 << 29, Data)), (Data, [])]);
        using (var data = File.OpenWrite(artifact.GetPath(Data)))
        {
            // Without a block on the disk.
            data.SetLength(1L << 31);
        }

        using var session = await backend.Backend.OpenAsync(artifact, Token);
        Run(session);
        Run(session);

        await UntilAsync(() => silo.Log.Messages.Any(static message => message.StartsWith(
            "Model 'm' is not prepared, and goes on as it is: it has 21474", StringComparison.Ordinal)));
        Assert.Equal((1L << 31, 0), (session.MappedBytes, preparer.Calls));
        Assert.Null(Assert.IsType<IReopenableSession>(session, exactMatch: false).Next);
        var remembered = Assert.Single(Directory.GetFiles(silo.Cache.AllMade, "*.failed", SearchOption.AllDirectories));
        Assert.True(PreparationFailure.Find(remembered[..^".failed".Length])!.IsHarmful);
    }

    [Theory]
    [InlineData(100, int.MaxValue - 100, true)]
    [InlineData(100, int.MaxValue - 99, false)]
    [InlineData(int.MaxValue, 0, true)]
    [InlineData(100, long.MaxValue, false)]
    public void FindObstacle_BytesOfAllFiles_Count(long fileBytes, long externalBytes, bool mayBePrepared)
    {
        var facts = new FileFacts(new ModelFacts(new ModelSignature("", [], []), 0), fileBytes, new WeightUse(0, 0), MakesNothing: false) { ExternalBytes = externalBytes };

        Assert.Equal(mayBePrepared, PreparationRule.FindObstacle(facts) is null);
    }

    private static void AssertPrepared(Opening opening, Func<ExternalWeights, OnnxGraph> build, Tensor input)
    {
        ExternalWeights? weights = null;
        using var folder = new PreparedFolder(path =>
        {
            weights = new ExternalWeights(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, new OnnxModelBuilder(build(weights)).Build());
        });
        folder.Others = weights!.Files;
        using var original = folder.OpenOriginal();
        var expected = original.Run(input);

        var model = folder.PrepareWell();

        Assert.Equal(opening, model.Opening);
        foreach (var name in folder.Others)
        {
            File.Delete(Path.Combine(Path.GetDirectoryName(folder.Original)!, name));
        }

        foreach (var way in model.Openings)
        {
            using var prepared = PreparedFolder.Open(model, way);
            Assert.Null(OutputComparison.FindDifference(expected, prepared.Run(input)));
        }
    }

    private static float[] Numbers(int count, float step) => [.. Enumerable.Range(0, count).Select(i => (i % 100) * step)];

    private static Tensor Table(int rows, float step) => Tensor.Create("w", Numbers(rows, step));

    private static Dictionary<string, byte[]> Files(byte[] data) => new() { [CheckingSilo.ModelFile] = TestModels.TableInAnotherFile(Rows, Data), [Data] = data };

    private ModelManifest Put(float step) => Store.Put("m", Files(Table(Rows, step).Data.ToArray()));

    private static async Task WantAsync(TestBackend silo, ArtifactCache cache, ModelManifest manifest, float expected)
    {
        using var files = await AcquireAsync(cache, manifest);
        await files.Artifact.Contents!.WhenKnown.Soon();
        using var session = await silo.Backend.OpenAsync(files.Artifact, Token);
        Assert.Equal(expected, Run(session));
        Assert.Equal(expected, Run(session));
    }

    private static float Run(IInferenceSession session) =>
        ((Tensor)session.Run(new InferenceRequest([Tensor.Create("x", [1L], 1)]), Token).Outputs[0]).AsSpan<float>()[0];

    private string[] Prepared() => [.. Directory.GetFiles(Folder.AllMade, "prepared", SearchOption.AllDirectories)
        .Where(static path => !path.Contains(".tmp", StringComparison.Ordinal))];

    private sealed class CountingPreparer : IModelPreparer
    {
        public int Calls { get; private set; }

        public long GetLimitBytes(ModelFiles original) => long.MaxValue;

        public Task<PreparationOutcome> PrepareAsync(ModelFiles original, string folder, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromResult(PreparationOutcome.Failed("it differs"));
        }
    }
}
