using Orleans.Multiplex.Testing.Onnx;
using Orleans.Multiplex.Tests.Hosting;
using Orleans.Multiplex.Tests.OnnxRuntime.Checking;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime.InPlace;

/// <summary>The check opens a model in the way in which the silo will.</summary>
public sealed class InPlaceCheckTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();

    public void Dispose() => _machine.Dispose();

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
