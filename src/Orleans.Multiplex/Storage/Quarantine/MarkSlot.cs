using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;

namespace Orleans.Multiplex.Storage.Quarantine;

/// <summary>
/// The form of a mark in its file: the length, the begin of a digest, and JSON, in one slot that is written at once. A length of zero is no mark.
/// </summary>
internal static class MarkSlot
{
    /// <summary>The longest id and the longest silo's name that is kept fit in, however they are escaped; and a page of memory holds whole slots.</summary>
    public const int Length = 1024;

    private const int DigestBytes = 8;
    private const int HeadBytes = sizeof(int) + DigestBytes;

    /// <summary>The most of a silo's name that is kept.</summary>
    public const int LongestSilo = 64;

    public static void Write(OpeningMark mark, Span<byte> slot)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(mark);
        json.CopyTo(slot[HeadBytes..]);
        BinaryPrimitives.WriteInt32LittleEndian(slot, json.Length);
        GetDigest(json).CopyTo(slot[sizeof(int)..]);
    }

    /// <summary>Reads a slot.</summary>
    /// <param name="slot">Its bytes; at the end of a file perhaps not all.</param>
    /// <param name="isTorn">Whether there is something that is no mark.</param>
    public static OpeningMark? Read(ReadOnlySpan<byte> slot, out bool isTorn)
    {
        isTorn = false;
        if (slot.Length < sizeof(int) || BinaryPrimitives.ReadInt32LittleEndian(slot) is not (not 0 and var length))
        {
            return null;
        }

        isTorn = true;
        if (length < 0 || length > slot.Length - HeadBytes)
        {
            return null;
        }

        var json = slot.Slice(HeadBytes, length);
        if (!GetDigest(json).SequenceEqual(slot.Slice(sizeof(int), DigestBytes)))
        {
            return null;
        }

        isTorn = false;
        return JsonSerializer.Deserialize<OpeningMark>(json);
    }

    private static ReadOnlySpan<byte> GetDigest(ReadOnlySpan<byte> json) => SHA256.HashData(json).AsSpan(0, DigestBytes);
}
