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
}
