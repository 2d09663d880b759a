using System.Text.Json;
using CsCheck;
using Xunit;
using static Orleans.Multiplex.Tests.AspNetCore.BinaryCalls;

namespace Orleans.Multiplex.Tests.AspNetCore;

public sealed class BinaryProperties
{
    /// <summary>A tensor, and whether JSON can carry it: any bytes of any type can go as they are.</summary>
    internal static readonly Gen<(Tensor Tensor, bool ByJson)> Values = Gen.OneOf(
        CodecProperties.Tensors.Select(static tensor => (tensor, true)),
        from type in Gen.Enum<TensorType>()
        from shape in Gen.Long[0, 4].Array[0, 4]
        from data in type == TensorType.String
            ? CodecProperties.TextData(CodecProperties.Count(shape))
            : (type == TensorType.Bool ? Gen.Byte[0, 1] : Gen.Byte).Array[(int)type.GetByteLength(CodecProperties.Count(shape))]
                .Select(static bytes => (ReadOnlyMemory<byte>)bytes)
        select (new Tensor("Y", type, [.. shape], data), false));

    [Fact]
    public async Task Infer_AnyTensorsInAnyForm_ComeBackTheSameInAnyForm()
    {
        await using var host = await HttpHost.StartAsync();

        await Gen.Select(Values, Gen.Bool, Gen.Bool).Array[1, 4].SampleAsync(
            async values =>
            {
                var tensors = values.Select(static (value, i) => Rename(value.Item1.Tensor, $"{i}")).ToArray();
                var inputs = values.Select((value, i) => value.Item1.ByJson && value.Item2 ? CodecProperties.WriteInput(tensors[i], true, 0, false) : Announce(tensors[i]));
                var blobs = values.SelectMany((value, i) => value.Item1.ByJson && value.Item2 ? [] : tensors[i].Data.ToArray());
                var outputs = values.Select((value, i) =>
                    $$$"""{"name":"{{{i}}}","parameters":{"binary_data":{{{(value.Item1.ByJson && value.Item3 ? "false" : "true")}}}}}""");

                var reply = await host.InferBinaryAsync(
                    $$"""{"outputs":[{{string.Join(',', outputs)}}],"inputs":[{{string.Join(',', inputs)}}]}""", [.. blobs]);

                var (json, rest) = reply.Headers.ContainsKey(LengthHeader) ? reply.SplitBinary() : (reply.IsOk().Json, default);
                foreach (var (tensor, output) in tensors.Zip(json.GetProperty("outputs").EnumerateArray()))
                {
                    var read = Read(output, ref rest);
                    Assert.Equal((tensor.Name, tensor.Type), (read.Name, read.Type));
                    Assert.Equal(tensor.Shape, read.Shape);
                    Assert.Equal(Convert.ToHexString(tensor.Data.Span), Convert.ToHexString(read.Data.Span));
                }

                Assert.Equal(0, rest.Length);
            },
            iter: 2000,
            threads: 2);
    }

    private static Tensor Read(JsonElement output, ref ReadOnlyMemory<byte> rest)
    {
        if (!output.TryGetProperty("parameters", out var parameters))
        {
            return ReaderHarness.ReadInput(output.GetRawText());
        }

        var data = rest[..parameters.GetProperty("binary_data_size").GetInt32()];
        rest = rest[data.Length..];
        Assert.True(TensorTypes.TryParseProtocolName(output.GetProperty("datatype").GetString()!, out var type));
        return new Tensor(
            output.GetProperty("name").GetString()!, type, [.. output.GetProperty("shape").EnumerateArray().Select(static dimension => dimension.GetInt64())], data);
    }

    internal static Tensor Rename(Tensor tensor, string name) => new(name, tensor.Type, tensor.Shape, tensor.Data);
}
