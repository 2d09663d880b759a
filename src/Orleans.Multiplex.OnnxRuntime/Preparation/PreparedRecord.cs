using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Orleans.Multiplex.OnnxRuntime.Preparation;

/// <summary>
/// The record of a prepared model as bytes: numbers of a fixed length, texts and lists with their length before them, the content last. To read it as
/// JSON would be a tenth of the load of a small model. There is one form of it, which is part of <see cref="PreparationTarget"/>.
/// </summary>
internal static class PreparedRecord
{
    private const uint Mark = 0x5250584D;
    private const int HeadBytes = 2 * sizeof(uint);
    private const int None = -1;

    // Each has more bytes than these.
    private const int LeastValueBytes = 6 * sizeof(int);

    public static byte[] Write(PreparedModel model)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Mark);
        writer.Write(0);
        writer.Write((int)model.Opening);
        writer.Write(model.MakesNothing ? 1 : 0);
        writer.Write(model.ContentBytes);
        writer.Write(model.WeightBytes);
        writer.Write(model.HeapBytes);
        writer.Write(model.PackedHeapBytes);
        writer.Write(model.MappedBytes);
        writer.Write(model.LoadMilliseconds);
        WriteText(writer, model.ContentDigest);
        WriteText(writer, model.FileName);
        WriteText(writer, model.Signature.Platform);
        WriteAll(writer, model.Signature.Inputs, WriteValue);
        WriteAll(writer, model.Signature.Outputs, WriteValue);
        WriteBytes(writer, model.Content);
        var record = bytes.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(sizeof(uint)), Sum(record.AsSpan(HeadBytes)));
        return record;
    }

    /// <summary>Reads it; null when it is damaged, or none.</summary>
    public static PreparedModel? Read(ReadOnlySpan<byte> record)
    {
        if (record.Length < HeadBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(record) != Mark
            || BinaryPrimitives.ReadUInt32LittleEndian(record[sizeof(uint)..]) != Sum(record[HeadBytes..]))
        {
            return null;
        }

        var reader = new Reader(record[HeadBytes..]);

        var model = new PreparedModel
        {
            Opening = (Opening)reader.ReadInt(),
            MakesNothing = reader.ReadInt() != 0,
            ContentBytes = reader.ReadLong(),
            WeightBytes = reader.ReadLong(),
            HeapBytes = reader.ReadLong(),
            PackedHeapBytes = reader.ReadLong(),
            MappedBytes = reader.ReadLong(),
            LoadMilliseconds = BitConverter.Int64BitsToDouble(reader.ReadLong()),
            ContentDigest = reader.ReadText() ?? "",
            FileName = reader.ReadText(),
            Signature = new ModelSignature(reader.ReadText() ?? "", reader.ReadValues(), reader.ReadValues()),
            Content = reader.ReadBytes(),
        };
        return reader.IsWhole ? model : null;
    }

    // Against damage, not against forgery.
    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        foreach (var rest in bytes[(bytes.Length / sizeof(ulong) * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, rest);
        }

        return sum;
    }

    private static void WriteValue(BinaryWriter writer, ValueSpec value)
    {
        WriteText(writer, value.Name);
        writer.Write((int)value.Kind);
        writer.Write((int?)value.Type ?? None);
        writer.Write((int?)value.KeyType ?? None);
        writer.Write(value.IsOptional ? 1 : 0);
        WriteAll(writer, value.Shape, static (writer, dimension) => writer.Write(dimension));
    }

    private static void WriteAll<T>(BinaryWriter writer, ImmutableArray<T> items, Action<BinaryWriter, T> write)
    {
        writer.Write(items.IsDefault ? None : items.Length);
        foreach (var item in items.IsDefault ? [] : items)
        {
            write(writer, item);
        }
    }

    private static void WriteText(BinaryWriter writer, string? text) => WriteBytes(writer, text is null ? null : Encoding.UTF8.GetBytes(text));

    private static void WriteBytes(BinaryWriter writer, byte[]? bytes)
    {
        writer.Write(bytes?.Length ?? None);
        writer.Write(bytes ?? []);
    }

    /// <summary>Reads what is there; of what is not, nothing is made, and it is known in the end.</summary>
    private ref struct Reader(ReadOnlySpan<byte> record)
    {
        private ReadOnlySpan<byte> _rest = record;
        private bool _isCutOff;

        /// <summary>Whether all that was asked for was there, and nothing else.</summary>
        public readonly bool IsWhole => !_isCutOff && _rest.IsEmpty;

        public int ReadInt() => Take(sizeof(int)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadInt32LittleEndian(bytes) : None;

        public long ReadLong() => Take(sizeof(long)) is { IsEmpty: false } bytes ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : None;

        public byte[]? ReadBytes() => ReadInt() is var length and >= 0 ? Take(length).ToArray() : null;

        public string? ReadText() => ReadInt() is var length and >= 0 ? Encoding.UTF8.GetString(Take(length)) : null;

        public ImmutableArray<ValueSpec> ReadValues()
        {
            var count = ReadCount(LeastValueBytes);
            if (count < 0)
            {
                return default;
            }

            var values = ImmutableArray.CreateBuilder<ValueSpec>(count);
            while (values.Count < count)
            {
                values.Add(ReadValue());
            }

            return values.MoveToImmutable();
        }

        private ValueSpec ReadValue()
        {
            var name = ReadText() ?? "";
            var kind = (ValueKind)ReadInt();
            var type = ReadType();
            var keyType = ReadType();
            var isOptional = ReadInt() != 0;
            return new ValueSpec(name, kind, type, ReadShape(), isOptional, keyType);
        }

        private TensorType? ReadType() => ReadInt() is var type and >= 0 ? (TensorType)type : null;

        private ImmutableArray<long> ReadShape()
        {
            var count = ReadCount(sizeof(long));
            if (count < 0)
            {
                return default;
            }

            var shape = ImmutableArray.CreateBuilder<long>(count);
            while (shape.Count < count)
            {
                shape.Add(ReadLong());
            }

            return shape.MoveToImmutable();
        }

        // No more of them can follow than there are bytes for.
        private int ReadCount(int leastBytes)
        {
            var count = ReadInt();
            _isCutOff |= count > _rest.Length / leastBytes;
            return _isCutOff ? None : count;
        }

        private ReadOnlySpan<byte> Take(int length)
        {
            if (_isCutOff || length > _rest.Length)
            {
                _isCutOff = true;
                return [];
            }

            var taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }
    }
}
