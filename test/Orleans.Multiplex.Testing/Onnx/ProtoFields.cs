using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>The fields of a protobuf message, as its bytes say them; what they mean is up to who asks.</summary>
public sealed class ProtoFields
{
    private readonly ILookup<int, Field> _fields;

    private ProtoFields(IEnumerable<Field> fields) => _fields = fields.ToLookup(field => field.Number);

    public static ProtoFields Read(ReadOnlyMemory<byte> message) => new(ReadAll(message.ToArray()));

    public bool Has(int field) => _fields.Contains(field);

    public IEnumerable<ReadOnlyMemory<byte>> GetBytes(int field) => _fields[field].Select(one => one.Bytes);

    public IEnumerable<ProtoFields> GetMessages(int field) => GetBytes(field).Select(Read);

    public ProtoFields? FindMessage(int field) => GetMessages(field).LastOrDefault();

    public string GetText(int field) => Encoding.UTF8.GetString(GetBytes(field).LastOrDefault().Span);

    public long GetInteger(int field) => GetIntegers(field).LastOrDefault();

    /// <summary>Numbers of variable length, packed or not.</summary>
    public IEnumerable<long> GetIntegers(int field)
    {
        foreach (var one in _fields[field])
        {
            if (one.Type == WireFormat.WireType.Varint)
            {
                yield return (long)one.Value;
                continue;
            }

            using var packed = new CodedInputStream(one.Bytes.ToArray());
            while (!packed.IsAtEnd)
            {
                yield return (long)packed.ReadUInt64();
            }
        }
    }

    /// <summary>The bytes of numbers of fixed length, packed or not, one behind the other.</summary>
    public byte[] GetFixed(int field) => [.. _fields[field].SelectMany(one => one.ToFixed())];

    private static IEnumerable<Field> ReadAll(byte[] message)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is not 0 and var tag)
        {
            var type = WireFormat.GetTagWireType(tag);
            var number = WireFormat.GetTagFieldNumber(tag);
            yield return type switch
            {
                WireFormat.WireType.Varint => new Field(number, type, input.ReadUInt64(), default),
                WireFormat.WireType.Fixed32 => new Field(number, type, input.ReadFixed32(), default),
                WireFormat.WireType.Fixed64 => new Field(number, type, input.ReadFixed64(), default),
                WireFormat.WireType.LengthDelimited => new Field(number, type, 0, input.ReadBytes().Memory),
                _ => throw new InvalidDataException($"Field {number} has the wire type {type}, which ONNX does not use."),
            };
        }
    }

    private readonly record struct Field(int Number, WireFormat.WireType Type, ulong Value, ReadOnlyMemory<byte> Bytes)
    {
        public byte[] ToFixed()
        {
            if (Type == WireFormat.WireType.LengthDelimited)
            {
                return Bytes.ToArray();
            }

            var bytes = new byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, Value);
            return Type == WireFormat.WireType.Fixed32 ? bytes[..sizeof(uint)] : bytes;
        }
    }
}
