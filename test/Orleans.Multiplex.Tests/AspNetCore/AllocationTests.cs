using System.Buffers;
using System.Text.Json;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

/// <summary>What every warm request does allocates nothing, or as much as it has to.</summary>
public sealed class AllocationTests
{
    private static readonly Tensor[] Outputs = [Tensor.Create("label", [1L, 2]), Tensor.Create("scores", [1f, 2])];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void FormOfOutputs_IsFoundWithoutAllocating(bool named)
    {
        var wanted = new WantedOutputs(named ? [new("label", null), new("scores", false)] : [], AreBinary: false);

        Assert.Equal(0, Measure(() => wanted.IsBinary("scores") || wanted.IsBinary("other")));
    }

    [Fact]
    public void Answer_OfTensors_IsCheckedWithoutAllocating()
    {
        var wanted = new WantedOutputs([], AreBinary: false);
        var answer = new TensorAnswer(1, [.. Outputs], "silo", IsCold: false);

        Assert.Equal(0, Measure(() =>
        {
            JsonAnswer.Check("iris", answer, wanted);
            return wanted.HasBinary(answer.Outputs) || !wanted.Names.IsEmpty;
        }));
    }

    [Fact]
    public void Answer_OfTensors_IsTakenOverAsOneArray()
    {
        System.Collections.Immutable.ImmutableArray<ModelValue> outputs = [.. Outputs];

        Assert.InRange(Measure(() => OutputTensors.AsTensors(outputs).IsDefault), 1, 24 + (2 * IntPtr.Size));
        Assert.True(OutputTensors.AsTensors([.. Outputs, new ValueSequence("s", [])]).IsDefault);
    }

    [Fact]
    public void Elements_AreWrittenByOneObjectForEachTensor()
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 20);
        using var json = new Utf8JsonWriter(buffer);
        var numbers = Tensor.Create("x", Enumerable.Range(0, 10_000).ToArray());

        Assert.InRange(
            Measure(() =>
            {
                buffer.ResetWrittenCount();
                json.Reset();
                json.WriteStartArray();
                var elements = ElementWriter.For(numbers);
                while (elements.Write(json, 100))
                {
                }

                json.WriteEndArray();
                json.Flush();
                return true;
            }),
            1,
            64);
    }

    // The bytes of one call, once all code is compiled.
    private static long Measure(Func<bool> call)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 50; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            call();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
