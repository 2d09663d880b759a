using System.Numerics;

namespace Orleans.Multiplex.Residency;

/// <summary>
/// A set of model ids in little room, as a Bloom filter: what was added is found, and of what was not, about one in a thousand is found too. With
/// more than some thirty thousand ids it is right less often, but does not grow.
/// </summary>
[GenerateSerializer, Immutable, Alias("multiplex.ModelFilter")]
internal sealed class ModelFilter
{
    private const int BitsPerId = 16;
    private const int MaxBits = 64 * 1024 * 8;
    private const int MinBits = 64;
    private const int Probes = 6;

    // An array of bytes is written as it is; an immutable one, element by element, takes more than twice as much.
    [Id(0)]
    private readonly byte[] _bits;

    private ModelFilter(byte[] bits) => _bits = bits;

    /// <summary>The bits; their number is a power of two.</summary>
    public ReadOnlySpan<byte> Bits => _bits;

    public static ModelFilter Of(IReadOnlyCollection<string> ids)
    {
        var bits = new byte[(int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((long)ids.Count * BitsPerId, MinBits, MaxBits)) / 8];
        foreach (var id in ids)
        {
            var key = FilterKey.Of(id);
            for (var probe = 0; probe < Probes; probe++)
            {
                var bit = key.GetPosition(probe, bits.Length * 8);
                bits[bit / 8] |= (byte)(1 << (bit % 8));
            }
        }

        return new ModelFilter(bits);
    }

    /// <summary>Whether an id is, most likely, in the set; false is certain.</summary>
    public bool MayContain(string id) => MayContain(FilterKey.Of(id));

    /// <inheritdoc cref="MayContain(string)"/>
    public bool MayContain(FilterKey key)
    {
        var bits = Bits;
        for (var probe = 0; probe < Probes; probe++)
        {
            var bit = key.GetPosition(probe, bits.Length * 8);
            if ((bits[bit / 8] & (1 << (bit % 8))) == 0)
            {
                return false;
            }
        }

        return true;
    }
}
