using Orleans.Multiplex.Storage;
using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>The check opens a model in the way in which the silo will.</summary>
public sealed class InPlaceCheckTests : IDisposable
{
    private const int Rows = 1_000_000;
    private const string Data = "weights.bin";

    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

    // The model's file is the same, and so is the length of the other one.
    private ModelArtifact Put(CheckingSilo silo, byte content)
    {
        var artifact = silo.Put(
            _machine["m"], [(CheckingSilo.ModelFile, TestModels.TableInAnotherFile(Rows, Data)), (Data, [.. Enumerable.Repeat(content, Rows * sizeof(float))])]);
        File.SetLastWriteTimeUtc(artifact.GetPath(CheckingSilo.ModelFile), DateTime.UnixEpoch);
        File.SetLastWriteTimeUtc(artifact.GetPath(Data), DateTime.UnixEpoch.AddDays(content));
        return artifact;
    }

    [Fact]
    public async Task Prove_ModelOpenedInPlace_MeasuresItsFileAsMapped()
    {
        await using var silo = new CheckingSilo(_machine);
        var model = TestModels.Mlp(1_000_000);
        var artifact = silo.Put(_machine["m"], model);

        var heap = await silo.ProveAsync(artifact);

        Assert.InRange(heap!.Value, 10_000, 1_000_000);
        var facts = await silo.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken);
        Assert.Equal(heap, facts.EstimatedBytes);
        Assert.InRange(facts.MappedBytes, model.Length, model.Length + 8192);
    }

    [Fact]
    public async Task Prove_ModelThatCrashesOnlyInPlace_IsTriedAndOpenedAsAWholeByAllOfTheMachine()
    {
        var model = TestModels.Mlp(1_000_000);
        await using var silo = new CheckingSilo(_machine, fault: FaultyWorker.InPlace);
        var artifact = silo.Put(_machine["m"], model);

        var bytes = await silo.ProveAsync(artifact);

        Assert.InRange(bytes!.Value, model.Length, model.Length * 3);
        Assert.Single(silo.Log.Messages, "Model 'm' did not pass its check (Died) and is tried once more, opened as a whole.");
        await AssertOpensAsAWholeAsync(silo, artifact);

        // Another silo takes the result that is there, and what it says of the way to open it.
        await silo.Check.WhenKept.Soon();
        await using var other = new CheckingSilo(_machine);
        var elsewhere = other.Put(_machine["n"], model);
        Assert.Equal((bytes, 0), (await other.ProveAsync(elsewhere), other.Started));
        await AssertOpensAsAWholeAsync(other, elsewhere);
    }

    [Fact]
    public async Task TryWhole_OnceOnAMachine_AsksTheWorkerNoMore()
    {
        var model = TestModels.Mlp(1_000_000);
        await using var first = new CheckingSilo(_machine);
        var tried = await first.Check.TryWholeAsync(first.Put(_machine["m"], model), CheckingSilo.ModelFile);
        await first.Check.WhenKept.Soon();
        await using var second = new CheckingSilo(_machine);

        var again = await second.Check.TryWholeAsync(second.Put(_machine["n"], model), CheckingSilo.ModelFile);

        Assert.InRange(tried!.Memory!.Value.HeapBytes, model.Length, model.Length * 3);
        Assert.Equal((tried, false, 0), (again, again!.IsInPlace, second.Started));

        // It says nothing of the model in place.
        Assert.InRange((await second.ProveAsync(second.Put(_machine["n"], model)))!.Value, 10_000, 1_000_000);
    }

    [Fact]
    public async Task TryWhole_ModelThatCrashesOnlyAsAWhole_IsTriedOnceOnAMachineAndGoesOnInPlace()
    {
        var model = TestModels.Mlp(1_000_000);
        await using var first = new CheckingSilo(_machine, fault: FaultyWorker.Whole);
        var artifact = first.Put(_machine["m"], model);
        Assert.InRange((await first.ProveAsync(artifact))!.Value, 10_000, 1_000_000);

        Assert.Null(await first.Check.TryWholeAsync(artifact, CheckingSilo.ModelFile));
        await first.Check.WhenKept.Soon();
        await using var second = new CheckingSilo(_machine);
        var elsewhere = second.Put(_machine["n"], model);
        Assert.Null(await second.Check.TryWholeAsync(elsewhere, CheckingSilo.ModelFile));

        Assert.NotNull(await second.ProveAsync(elsewhere));
        using var session = await second.Backend.OpenAsync(elsewhere, TestContext.Current.CancellationToken);
        Assert.Equal((model.Length, 0), (session.MappedBytes, second.Started));
    }

    [Fact]
    public async Task TryWhole_WorkerCannotBeStarted_IsNotKept()
    {
        var model = TestModels.Mlp(1_000_000);
        await using (var first = new CheckingSilo(_machine, fault: ") fi"))
        {
            Assert.Null(await first.Check.TryWholeAsync(first.Put(_machine["m"], model), CheckingSilo.ModelFile));
        }

        await using var second = new CheckingSilo(_machine);
        Assert.NotNull(await second.Check.TryWholeAsync(second.Put(_machine["n"], model), CheckingSilo.ModelFile));
    }

    [Fact]
    public async Task Prove_WeightsInAnotherFile_AreTriedWhereTheyLie()
    {
        await using var silo = new CheckingSilo(_machine);
        var artifact = Put(silo, 1);

        var heap = await silo.ProveAsync(artifact);

        Assert.InRange(heap!.Value, 10_000, 500_000);
        Assert.True(silo.Check.FindTried(artifact, CheckingSilo.ModelFile)!.IsInPlace);
        var facts = await silo.Backend.InspectAsync(artifact, TestContext.Current.CancellationToken);
        Assert.Equal((heap.Value, (long)Rows * sizeof(float)), (facts.EstimatedBytes, facts.MappedBytes));
    }

    [Fact]
    public async Task Prove_OtherDataBesideTheSameModel_IsTriedAnew()
    {
        await using var silo = new CheckingSilo(_machine);
        await silo.ProveAsync(Put(silo, 1));
        await silo.ProveAsync(Put(silo, 1));
        await silo.Check.WhenKept.Soon();
        Assert.Single(Kept());

        await silo.ProveAsync(Put(silo, 2));
        await silo.Check.WhenKept.Soon();
        Assert.Equal(2, Kept().Length);
        await using var other = new CheckingSilo(_machine);
        Assert.NotNull(other.Check.FindTried(Put(other, 2), CheckingSilo.ModelFile));
        Assert.Null(other.Check.FindTried(Put(other, 3), CheckingSilo.ModelFile));

        string[] Kept() => Directory.GetFiles(silo.Cache.AllMade, "check-*.json", SearchOption.AllDirectories);
    }

    [Fact]
    public async Task Prove_ModelThatCrashesWithWeightsInAnotherFile_IsTriedOnceMoreAsAWhole()
    {
        await using var silo = new CheckingSilo(_machine);

        // A message may come in parts: another one of the graph (7), with an initializer (5).
        var external = new ProtoMessage().Add(7, new ProtoMessage().Add(5, OnnxTensor.WriteExternal("large", TensorType.Float32, [Rows], Data)));
        var artifact = silo.Put(_machine["m"], [(CheckingSilo.ModelFile, [.. HostileModels.Crash(), .. external.Bytes.Span]), (Data, new byte[Rows * sizeof(float)])]);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => silo.ProveAsync(artifact));

        Assert.Contains("it ended the process that tried it", error.Message, StringComparison.Ordinal);
        Assert.Single(silo.Log.Messages, message => message.EndsWith("is tried once more, opened as a whole.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prove_LargeModelThatCrashes_IsTriedOnceMoreAsAWhole()
    {
        await using var silo = new CheckingSilo(_machine);
        var padded = silo.Put(_machine["m"], [.. HostileModels.Crash(), .. Padding(1 << 20)]);

        var error = await Assert.ThrowsAsync<ModelLoadFailedException>(() => silo.ProveAsync(padded));

        Assert.Contains("it ended the process that tried it", error.Message, StringComparison.Ordinal);
        Assert.Single(silo.Log.Messages, message => message.EndsWith("is tried once more, opened as a whole.", StringComparison.Ordinal));

        // The description of the model (6 of ModelProto).
        static IEnumerable<byte> Padding(int bytes) => new byte[] { (6 << 3) | 2, (byte)((bytes & 0x7F) | 0x80), (byte)((bytes >> 7 & 0x7F) | 0x80), (byte)(bytes >> 14) }
            .Concat(new byte[bytes].Select(static _ => (byte)'x'));
    }

    private static async Task AssertOpensAsAWholeAsync(CheckingSilo silo, ModelArtifact artifact)
    {
        using var session = await silo.Backend.OpenAsync(artifact, TestContext.Current.CancellationToken);
        Assert.Equal(0, session.MappedBytes);
        Assert.Equal(1, session.RunToTensor(Tensor.Create("x", new float[16], 1, 16)).Shape[0]);
    }
}
