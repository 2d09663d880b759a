using Orleans.Multiplex.OnnxRuntime.Files;
using Orleans.Multiplex.Testing.Onnx;
using Xunit;

namespace Orleans.Multiplex.Tests.OnnxRuntime;

/// <summary>Files with random damage, the same ones in each run.</summary>
public sealed class MutationTests
{
    private static readonly byte[][] Originals =
    [
        TestModels.Affine(1, 2), TestModels.TreeClassifier(), TestModels.Count(), TestModels.OptionalOutput(), TestModels.OptionalInput(),
        TestModels.MapInput(), TestModels.SequenceAt(), HostileModels.NestedIfs(4), HostileModels.ConstantOfShape(1000),
        HostileModels.ExternalData("function", "weights.bin"), TestModels.Mlp(200),
    ];

    [Fact]
    public void Read_TwentyThousandDamagedFiles_AreReadOrRefusedInLittleMemory()
    {
        var random = new Random(20260101);
        var refused = 0;
        for (var i = 0; i < 20_000; i++)
        {
            using var file = new MemoryStream(Damage(random, Originals[i % Originals.Length]));
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                var facts = OnnxFileReader.Read(file, TestContext.Current.CancellationToken);
                Assert.True(facts.Model.EstimatedBytes > 0);
            }
            catch (InvalidDataException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 * 1024);
        }

        Assert.InRange(refused, 5_000, 19_999);
    }

    [Fact]
    public async Task Inspect_TwoThousandDamagedFiles_GivesFactsOrModelLoadFailed()
    {
        var random = new Random(42);
        using var model = new ModelOnDisk([]);
        for (var i = 0; i < 2_000; i++)
        {
            await File.WriteAllBytesAsync(
                model.Path, Damage(random, Originals[i % Originals.Length]), TestContext.Current.CancellationToken);
            try
            {
                await ModelOnDisk.Backend.InspectAsync(model.Artifact, TestContext.Current.CancellationToken);
            }
            catch (ModelLoadFailedException error)
            {
                Assert.InRange(error.Message.Length, 1, 600);
            }
        }
    }

    private static byte[] Damage(Random random, byte[] original)
    {
        var bytes = original.ToList();
        for (var times = random.Next(1, 5); times > 0 && bytes.Count > 0; times--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(place, Math.Min(random.Next(1, 16), bytes.Count - place));
                    break;
                case 3:
                    bytes.InsertRange(place, Enumerable.Range(0, random.Next(1, 16)).Select(_ => (byte)random.Next(256)));
                    break;
                case 4:
                    bytes.InsertRange(place, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]);
                    break;
                default:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
            }
        }

        return [.. bytes];
    }
}
