using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Numerics;
using System.Text;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// A set of model ids in little room, as a Bloom filter: what was added is found, and of what was not, about one in a thousand is found too. With
/// more than some thirty thousand ids it is right less often, but does not grow.
/// </summary>
/// <param name="Bits">The bits; their number is a power of two.</param>
[GenerateSerializer, Immutable, Alias("multiplex.ModelFilter")]
internal sealed record ModelFilter(ImmutableArray<byte> Bits)
{
    private const int BitsPerId = 16;
    private const int MaxBits = 64 * 1024 * 8;
    private const int MinBits = 64;
    private const int Probes = 6;

    public static ModelFilter Of(IReadOnlyCollection<string> ids)
    {
        var bits = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)ids.Count * BitsPerId, MinBits, MaxBits)) / 8];
        foreach (var id in ids)
        {
            foreach (var bit in Positions(id, bits.Length * 8))
            {
                bits[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        return new ModelFilter([.. bits]);
    }

    /// <summary>Whether an id is, most likely, in the set; false is certain.</summary>
    public bool MayContain(string id)
    {
        var bits = Bits;
        return Positions(id, bits.Length * 8).All(bit => (bits[bit / 8] & (1 << (bit % 8))) != 0);
    }

    // Two hashes make as many as are needed (Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006).
    private static IEnumerable<int> Positions(string id, int count)
    {
        var hash = new byte[16];
        XxHash128.Hash(Encoding.UTF8.GetBytes(id), hash);
        var (first, second) = (BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash.AsSpan(8)) | 1);
        for (var i = 0UL; i < Probes; i++)
        {
            yield return (int)(unchecked(first + (i * second)) & (ulong)(count - 1));
        }
    }
}
