using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Text.Json;
using CsCheck;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.AspNetCore.Outputs;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class CodecProperties
{
    private static readonly Gen<TensorType> Types = Gen.Enum<TensorType>().Where(type => type <= TensorType.String);

    internal static readonly Gen<Tensor> Tensors =
        from type in Types
        from shape in Gen.Long[0, 4].Array[0, 4]
        from data in type == TensorType.String ? TextData(Count(shape)) : NumberData(type, Count(shape))
        select new Tensor("the \"X\" – ß", type, [.. shape], data);

    [Fact]
    public void Request_AnyTensorInAnyForm_IsReadAsThatTensor() =>
        Gen.Select(Tensors, Gen.Bool, Gen.Int[0, 23], Gen.Bool).Sample(
            (tensor, nested, order, extra) =>
            {
                var read = ReaderHarness.ReadInput(WriteInput(tensor, nested, order, extra));

                Assert.Equal((tensor.Name, tensor.Type), (read.Name, read.Type));
                Assert.Equal(tensor.Shape, read.Shape);
                Assert.Equal(Convert.ToHexString(tensor.Data.Span), Convert.ToHexString(read.Data.Span));
            },
            iter: 3000);

    [Fact]
    public async Task Response_AnyTensors_ReadBackTheSame() =>
        await Tensors.Array[0, 3].SampleAsync(
            async tensors =>
            {
                var response = new TensorAnswer(3, [.. tensors], "silo-1", IsCold: false);
                var request = new InferBody("é\"1", [], [], new WantedOutputs([], AreBinary: false), null, Priority: 0);
                JsonAnswer.Check("iris", response, request.Outputs);
                var stream = new MemoryStream();
                var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
                await InferResponseWriter.WriteAsync(pipe, "iris", request, response, TestContext.Current.CancellationToken);
                await pipe.CompleteAsync();

                var json = JsonDocument.Parse(stream.ToArray()).RootElement;
                Assert.Equal("é\"1", json.GetProperty("id").GetString());
                var outputs = json.GetProperty("outputs").EnumerateArray().ToArray();
                Assert.Equal(tensors.Length, outputs.Length);
                foreach (var (tensor, output) in tensors.Zip(outputs))
                {
                    var read = ReaderHarness.ReadInput(output.GetRawText());
                    Assert.Equal((tensor.Name, tensor.Type), (read.Name, read.Type));
                    Assert.Equal(tensor.Shape, read.Shape);
                    Assert.Equal(Convert.ToHexString(tensor.Data.Span), Convert.ToHexString(read.Data.Span));
                }
            },
            iter: 2000);

    [Fact]
    public void BFloat16_AnyDouble_IsRoundedToTheNearestAndTiesToEven() =>
        Gen.Select(Gen.UShort, Gen.Double[0, 1], Gen.Bool).Where(sample => new BrainFloat(sample.Item1).IsFinite).Sample(
            (bits, part, half) =>
            {
                double low = new BrainFloat(bits).ToSingle();
                var next = new BrainFloat((ushort)(bits + 1));
                if (!next.IsFinite || (bits & 0x7FFF) == 0x7FFF)
                {
                    return;
                }

                var number = low + ((next.ToSingle() - low) * (half ? 0.5 : part));
                var rounded = BrainFloat.Round(number);
                var below = Math.Abs(number - low);
                var above = Math.Abs(next.ToSingle() - number);
                var expected = below < above ? bits : below > above ? next.Bits : (bits & 1) == 0 ? bits : next.Bits;
                Assert.Equal(expected, rounded.Bits);
            },
            iter: 100_000);

    internal static int Count(long[] shape) => (int)shape.Aggregate(1L, (product, dimension) => product * dimension);

    private static Gen<ReadOnlyMemory<byte>> NumberData(TensorType type, int count) =>
        Gen.Byte.Array[(int)type.GetByteLength(count)].Select(bytes =>
        {
            for (var i = 0; i < bytes.Length && type == TensorType.Bool; i++)
            {
                bytes[i] &= 1;
            }

            // Random exponents: numbers of all sizes, also the tiniest; where they are not finite, a bit less of the exponent.
            var size = count == 0 ? 1 : bytes.Length / count;
            for (var i = size - 1; i < bytes.Length && type is TensorType.Float16 or TensorType.BFloat16 or TensorType.Float32 or TensorType.Float64; i += size)
            {
                bytes[i] = (bytes[i] & 0x7C) == 0x7C ? (byte)(bytes[i] & ~4) : bytes[i];
            }

            return (ReadOnlyMemory<byte>)bytes;
        });

    internal static Gen<ReadOnlyMemory<byte>> TextData(int count) =>
        Gen.String[Gen.OneOf(Gen.Char['\0', '\x7F'], Gen.Char['\u0080', '\u20FF']), 0, 6].Array[count].Select(texts =>
            Tensor.Create("", texts, count).Data);

    internal static string WriteInput(Tensor tensor, bool nested, int order, bool extra)
    {
        List<string> properties =
        [
            $"\"name\":{JsonSerializer.Serialize(tensor.Name)}",
            $"\"datatype\":\"{tensor.Type.GetProtocolName()}\"",
            $"\"shape\":[{string.Join(" , ", tensor.Shape)}]",
            $"\"data\":{WriteData(Elements(tensor), nested ? [.. tensor.Shape] : [])}",
        ];
        var shuffled = new List<string>();
        for (var n = 4; n > 0; n--)
        {
            shuffled.Add(properties[order % n]);
            properties.RemoveAt(order % n);
            order /= n;
        }

        if (extra)
        {
            shuffled.Insert(order % 4, "\"parameters\":{\"binary\":[1,{\"data\":[2]}],\"x\":null}");
        }

        return $"{{{string.Join(",", shuffled)}}}";
    }

    private static string WriteData(ReadOnlySpan<string> elements, ReadOnlySpan<long> shape)
    {
        if (shape.Length < 2)
        {
            return $"[{string.Join(",", elements)}]";
        }

        var rows = new string[shape[0]];
        var length = rows.Length == 0 ? 0 : elements.Length / rows.Length;
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = WriteData(elements.Slice(i * length, length), shape[1..]);
        }

        return $"[{string.Join(", ", rows)}]";
    }

    // Written by other means than the code under test: formatted text of each element, by its type.
    private static string[] Elements(Tensor tensor) => tensor.Type switch
    {
        TensorType.Bool => Format<byte>(tensor, value => value == 1 ? "true" : "false"),
        TensorType.UInt8 => Format<byte>(tensor, Text),
        TensorType.UInt16 => Format<ushort>(tensor, Text),
        TensorType.UInt32 => Format<uint>(tensor, Text),
        TensorType.UInt64 => Format<ulong>(tensor, Text),
        TensorType.Int8 => Format<sbyte>(tensor, Text),
        TensorType.Int16 => Format<short>(tensor, Text),
        TensorType.Int32 => Format<int>(tensor, Text),
        TensorType.Int64 => Format<long>(tensor, Text),
        TensorType.Float16 => Format<Half>(tensor, Text),
        TensorType.Float32 => Format<float>(tensor, Text),
        TensorType.Float64 => Format<double>(tensor, Text),
        TensorType.BFloat16 => Format<ushort>(tensor, value => Text(BitConverter.Int32BitsToSingle(value << 16))),
        _ => [.. tensor.ToStringArray().Select(text => JsonSerializer.Serialize(text))],
    };

    private static string[] Format<T>(Tensor tensor, Func<T, string> format)
        where T : unmanaged => [.. MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray().Select(format)];

    private static string Text<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);
}
