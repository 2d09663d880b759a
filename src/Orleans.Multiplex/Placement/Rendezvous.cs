using System.IO.Hashing;
using System.Text;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Rendezvous hashing: each model has an order of silos of its own, the same on every silo that computes it, and of which only the part
/// that concerns a silo changes when it comes or goes. So directors agree without talking, and a model comes back to the silo whose disk
/// has its file.
/// </summary>
internal readonly struct Rendezvous
{
    private const int MostBytesOnStack = 256;

    private readonly long _seed;

    private Rendezvous(string modelId) => _seed = unchecked((long)Hash(modelId, 0));

    /// <summary>A model's order of silos.</summary>
    public static Rendezvous Of(string modelId) => new(modelId);

    /// <summary>The weight of a silo for a model; the greatest comes first.</summary>
    public static ulong GetWeight(string modelId, string silo) => Of(modelId).GetWeight(silo);

    /// <summary>The weight of a silo for this model; the greatest comes first.</summary>
    public ulong GetWeight(string silo) => Hash(silo, _seed);

    private static ulong Hash(string text, long seed)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        var bytes = most <= MostBytesOnStack ? stackalloc byte[MostBytesOnStack] : new byte[most];
        return XxHash3.HashToUInt64(bytes[..Encoding.UTF8.GetBytes(text, bytes)], seed);
    }
}
