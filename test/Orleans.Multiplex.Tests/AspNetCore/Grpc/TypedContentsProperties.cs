using CsCheck;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Orleans.Multiplex.AspNetCore.Bodies;
using Orleans.Multiplex.AspNetCore.Grpc;
using Orleans.Multiplex.AspNetCore.OpenInference;
using Orleans.Multiplex.Testing.OpenInference;
using Xunit;

namespace Orleans.Multiplex.Tests.AspNetCore.Grpc;

public sealed class TypedContentsProperties
{
    private static readonly Gen<Tensor> Tensors =
        from type in Gen.Enum<TensorType>().Where(type => TypedFields.Find(type) is not null)
        from count in Gen.Int[0, 20]
        from bytes in Gen.Byte.Array[type == TensorType.String ? 0 : (int)type.GetByteLength(count)]
        from texts in Gen.Byte.Array[0, 5].Array[type == TensorType.String ? count : 0]
        select new Tensor("x", type, [count], type switch
        {
            TensorType.Bool => Array.ConvertAll(bytes, value => (byte)(value & 1)),
            TensorType.String => [.. texts.SelectMany(text => BitConverter.GetBytes(text.Length).Concat(text))],
            _ => bytes,
        });

    [Fact]
    public void Contents_OfAnyTensor_AreWhatTheProtocolHasAndReadBackTheSame() => Tensors.Sample(
        tensor =>
        {
            var written = TypedContentsWriter.Write(tensor);
            Assert.Equal(written.Length, TypedContentsWriter.Measure(tensor));

            // The protocol's own message, made by other code, and not packed as well.
            var expected = Contents(tensor);
            Assert.Equal(expected, InferTensorContents.Parser.ParseFrom(written));
            Assert.Equal(tensor.Data.ToArray(), Read(tensor, written));
            Assert.Equal(tensor.Data.ToArray(), Read(tensor, expected.ToByteString()));
            Assert.Equal(tensor.Data.ToArray(), Read(tensor, OneByOne(expected)));
        },
        iter: 3000);

    [Fact]
    public void Contents_OfAnyBytes_AreATensorOrAFault() => Gen.Select(Gen.Byte.Array[0, 30], Tensors).Sample(
        (bytes, tensor) =>
        {
            var mutant = TypedContentsWriter.Write(tensor).ToByteArray();
            for (var i = 0; i + 1 < bytes.Length && mutant.Length > 0; i += 10)
            {
                mutant[bytes[i] % mutant.Length] = bytes[i + 1];
            }

            foreach (var contents in new[] { bytes, mutant })
            {
                try
                {
                    Assert.Equal(tensor.Length, new Tensor("x", tensor.Type, tensor.Shape, Read(tensor, ByteString.CopyFrom(contents))).Length);
                }
                catch (InvalidInputException)
                {
                    // Refused, as it should be.
                }
            }
        },
        iter: 5000);

    private static byte[] Read(Tensor tensor, ByteString contents)
    {
        using var account = new BytesInFlight(Options.Create(new Orleans.Multiplex.AspNetCore.MultiplexHttpOptions())).Open("iris");
        return TypedContentsReader.Read(contents, tensor.Type, tensor.Length, "x", new ReadScope("iris", 0, 1 << 20, account));
    }

    internal static InferTensorContents Contents(Tensor tensor)
    {
        var contents = new InferTensorContents();
        switch (tensor.Type)
        {
            case TensorType.Bool: contents.BoolContents.Add(tensor.ToArray<bool>()); break;
            case TensorType.Int8: contents.IntContents.Add(tensor.ToArray<sbyte>().Select(value => (int)value)); break;
            case TensorType.Int16: contents.IntContents.Add(tensor.ToArray<short>().Select(value => (int)value)); break;
            case TensorType.Int32: contents.IntContents.Add(tensor.ToArray<int>()); break;
            case TensorType.Int64: contents.Int64Contents.Add(tensor.ToArray<long>()); break;
            case TensorType.UInt8: contents.UintContents.Add(tensor.ToArray<byte>().Select(value => (uint)value)); break;
            case TensorType.UInt16: contents.UintContents.Add(tensor.ToArray<ushort>().Select(value => (uint)value)); break;
            case TensorType.UInt32: contents.UintContents.Add(tensor.ToArray<uint>()); break;
            case TensorType.UInt64: contents.Uint64Contents.Add(tensor.ToArray<ulong>()); break;
            case TensorType.Float32: contents.Fp32Contents.Add(tensor.ToArray<float>()); break;
            case TensorType.Float64: contents.Fp64Contents.Add(tensor.ToArray<double>()); break;
            default: contents.BytesContents.Add(tensor.EnumerateBytes().Select(text => ByteString.CopyFrom(text.Span))); break;
        }

        return contents;
    }

    private static ByteString OneByOne(InferTensorContents contents)
    {
        using var stream = new MemoryStream();
        using var output = new CodedOutputStream(stream);
        Write(contents.BoolContents, 1, WireFormat.WireType.Varint, output.WriteBool);
        Write(contents.IntContents, 2, WireFormat.WireType.Varint, output.WriteInt32);
        Write(contents.Int64Contents, 3, WireFormat.WireType.Varint, output.WriteInt64);
        Write(contents.UintContents, 4, WireFormat.WireType.Varint, output.WriteUInt32);
        Write(contents.Uint64Contents, 5, WireFormat.WireType.Varint, output.WriteUInt64);
        Write(contents.Fp32Contents, 6, WireFormat.WireType.Fixed32, output.WriteFloat);
        Write(contents.Fp64Contents, 7, WireFormat.WireType.Fixed64, output.WriteDouble);
        Write(contents.BytesContents, 8, WireFormat.WireType.LengthDelimited, output.WriteBytes);
        output.Flush();
        return ByteString.CopyFrom(stream.ToArray());

        void Write<T>(IEnumerable<T> values, int field, WireFormat.WireType type, Action<T> write)
        {
            foreach (var value in values)
            {
                output.WriteTag(field, type);
                write(value);
            }
        }
    }
}
