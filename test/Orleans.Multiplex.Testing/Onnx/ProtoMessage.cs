using System.Buffers;
using Google.Protobuf;

namespace Orleans.Multiplex.Testing.Onnx;

/// <summary>A protobuf message that is being written: each method adds one field. Fields may come in any order and any number.</summary>
public sealed class ProtoMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    public ProtoMessage Add(int field, long value) => Write(field, WireFormat.WireType.Varint, output => output.WriteInt64(value));

    public ProtoMessage Add(int field, float value) => Write(field, WireFormat.WireType.Fixed32, output => output.WriteFloat(value));

    public ProtoMessage Add(int field, string text) => Write(field, WireFormat.WireType.LengthDelimited, output => output.WriteString(text));

    public ProtoMessage Add(int field, ProtoMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return Add(field, message.Bytes);
    }

    public ProtoMessage Add(int field, ReadOnlyMemory<byte> bytes)
    {
        Write(field, WireFormat.WireType.LengthDelimited, output => output.WriteLength(bytes.Length));
        _bytes.Write(bytes.Span);
        return this;
    }

    /// <summary>Adds the field once for each element.</summary>
    public ProtoMessage AddEach<T>(int field, IEnumerable<T> elements, Func<ProtoMessage, int, T, ProtoMessage> add)
    {
        ArgumentNullException.ThrowIfNull(elements);
        ArgumentNullException.ThrowIfNull(add);
        foreach (var element in elements)
        {
            add(this, field, element);
        }

        return this;
    }

    private ProtoMessage Write(int field, WireFormat.WireType type, Action<CodedOutputStream> write)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            output.WriteTag(field, type);
            write(output);
        }

        _bytes.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        return this;
    }
}
