using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Orleans.Multiplex.Residency;

/// <summary>A model id as <see cref="ModelFilter"/> looks for it. Computed once, and then looked for in the filters of all silos.</summary>
/// <remarks>Two hashes make as many positions as are needed (Kirsch and Mitzenmacher, "Less Hashing, Same Performance", 2006).</remarks>
internal readonly record struct FilterKey
{
    private readonly ulong _first;
    private readonly ulong _second;

    private FilterKey(string id)
    {
        Span<byte> hash = stackalloc byte[16];
        XxHash128.Hash(Encoding.UTF8.GetBytes(id), hash);
        (_first, _second) = (BinaryPrimitives.ReadUInt64LittleEndian(hash), BinaryPrimitives.ReadUInt64LittleEndian(hash[8..]) | 1);
    }

    public static FilterKey Of(string id) => new(id);

    /// <summary>One of its places in a filter.</summary>
    /// <param name="probe">Which one.</param>
    /// <param name="bits">The filter's size; a power of two.</param>
    public int GetPosition(int probe, int bits) => (int)(unchecked(_first + ((ulong)probe * _second)) & (ulong)(bits - 1));
}
