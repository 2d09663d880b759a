using System.IO.Hashing;
using System.Text;

namespace Orleans.Multiplex.Placement;

/// <summary>
/// Rendezvous hashing: each model has an order of silos of its own, the same on every silo that computes it, and of which only the part
/// that concerns a silo changes when it comes or goes. So directors agree without talking, and a model comes back to the silo whose disk
/// has its file.
/// </summary>
internal static class Rendezvous
{
    /// <summary>The weight of a silo for a model; the greatest comes first.</summary>
    public static ulong GetWeight(string modelId, string silo) =>
        XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(silo), unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(modelId))));
}
