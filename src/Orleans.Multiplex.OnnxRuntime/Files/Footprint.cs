using Orleans.Multiplex.OnnxRuntime.Native;

namespace Orleans.Multiplex.OnnxRuntime.Files;

/// <summary>
/// Sums up the bytes that a model will take once it is open. Open, weights lie in memory once (what ONNX Runtime reorders for speed
/// replaces the original), beside what it keeps for the session, for each node and for each value in an attribute.
/// </summary>
/// <param name="fileBytes">The length of the file, by which the session settings go.</param>
internal sealed class Footprint(long fileBytes)
{
    // Measured with the session settings of this backend, and rounded up.
    private const long SmallSessionBytes = 40 * 1024;
    private const long SessionBytes = 72 * 1024;
    private const long GraphBytes = 12 * 1024;
    private const long NodeBytes = 3 * 1024;
    private const long TextBytes = 48;

    // A tree ensemble keeps its attributes, and a second time as the nodes that it walks.
    private const long AttributeCopies = 2;

    private long _weightBytes;
    private long _bytes = SessionSettings.IsSmall(fileBytes) ? SmallSessionBytes : SessionBytes;

    /// <summary>The sum so far.</summary>
    public long Bytes => _bytes;

    /// <summary>What of the sum are tensors, and what they expand to.</summary>
    public long WeightBytes => _weightBytes;

    /// <summary>Adds a graph inside another.</summary>
    public void AddGraph() => Add(GraphBytes);

    public void AddNode() => Add(NodeBytes);

    /// <summary>Adds a tensor that is part of the model.</summary>
    public void AddTensor(long bytes) => AddWeight(OfTensor(bytes));

    /// <summary>What a tensor takes; what memory loses between tensors comes to under a hundredth.</summary>
    public static long OfTensor(long bytes) => bytes + (bytes / 100);

    /// <summary>Adds bytes that are not in the file.</summary>
    public void AddExpansions(long bytes) => AddWeight(bytes);

    /// <summary>Adds numbers in an attribute.</summary>
    public void AddAttribute(long values, int bytesEach) => Add(values * bytesEach * AttributeCopies);

    /// <summary>Adds text in an attribute or in a tensor.</summary>
    public void AddText(long bytes) => Add(bytes + TextBytes);

    private void AddWeight(long bytes)
    {
        Add(bytes);
        _weightBytes = Sum(_weightBytes, bytes);
    }

    private void Add(long bytes) => _bytes = Sum(_bytes, bytes);

    // No sum of a file's parts comes near 63 bits, but what a ConstantOfShape expands to may.
    private static long Sum(long bytes, long more) => bytes > long.MaxValue - more ? long.MaxValue : bytes + more;
}
