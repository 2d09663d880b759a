using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;

namespace Orleans.Multiplex.Grains.Events;

/// <summary>
/// How far the journals of all silos have been read: for each the place of its last event. As text it is URL-safe Base64 of, for each silo, eight bytes that stand for its address and start, and the place as
/// a variable-length number. So it holds good at every silo, and none of them has to remember its readers.
/// </summary>
internal sealed class EventPosition
{
    /// <summary>More than any cluster has; what is longer is no position of ours.</summary>
    private const int MostSilos = 10_000;

    /// <summary>The place of a silo that has not answered yet, of which only what is still to come is wanted.</summary>
    public const long ToCome = long.MaxValue >> 8;

    private readonly ImmutableSortedDictionary<ulong, long> _places;

    private EventPosition(ImmutableSortedDictionary<ulong, long> places) => _places = places;

    /// <summary>Nothing has been read.</summary>
    public static EventPosition Start { get; } = new(ImmutableSortedDictionary<ulong, long>.Empty);

    /// <summary>The place after which the events of a silo were not read; 0 for one that was not there.</summary>
    public long this[SiloAddress silo] => _places.GetValueOrDefault(KeyOf(silo));

    /// <summary>The position when some silos were read further.</summary>
    /// <param name="read">How far each of those that answered was read.</param>
    /// <param name="dead">The silos that have gone: their places are forgotten. One that is not known here may be known elsewhere.</param>
    public EventPosition Advance(IEnumerable<(SiloAddress Silo, long Last)> read, IEnumerable<SiloAddress> dead) => new(
        _places.RemoveRange(dead.Select(KeyOf)).SetItems(read.Select(static one => KeyValuePair.Create(KeyOf(one.Silo), one.Last))));

    public override string ToString()
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var (silo, place) in _places)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.GetSpan(sizeof(ulong)), silo);
            bytes.Advance(sizeof(ulong));
            for (var left = (ulong)place; ; left >>= 7)
            {
                bytes.GetSpan(1)[0] = (byte)(left < 0x80 ? left : (left & 0x7F) | 0x80);
                bytes.Advance(1);
                if (left < 0x80)
                {
                    break;
                }
            }
        }

        return Base64Url.EncodeToString(bytes.WrittenSpan);
    }

    /// <summary>Reads a position; null where the text is none.</summary>
    public static EventPosition? TryParse(string text)
    {
        if (text.Length > MostSilos * 26 || !Base64Url.IsValid(text))
        {
            return null;
        }

        var places = ImmutableSortedDictionary.CreateBuilder<ulong, long>();
        ReadOnlySpan<byte> bytes = Base64Url.DecodeFromChars(text);
        while (!bytes.IsEmpty)
        {
            if (bytes.Length <= sizeof(ulong) || !TryReadPlace(bytes[sizeof(ulong)..], out var place, out var length)
                || !places.TryAdd(BinaryPrimitives.ReadUInt64LittleEndian(bytes), place))
            {
                return null;
            }

            bytes = bytes[(sizeof(ulong) + length)..];
        }

        return new EventPosition(places.ToImmutable());
    }

    private static bool TryReadPlace(ReadOnlySpan<byte> bytes, out long place, out int length)
    {
        place = 0;
        for (length = 1; length <= bytes.Length && length < 9; length++)
        {
            place |= (long)(bytes[length - 1] & 0x7F) << ((length - 1) * 7);
            if (bytes[length - 1] < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong KeyOf(SiloAddress silo) => XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(silo.ToParsableString()));
}
