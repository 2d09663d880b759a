namespace Orleans.Multiplex.OnnxRuntime.InPlace;

/// <summary>A field of a message in a file.</summary>
/// <param name="Tag">Where its tag begins.</param>
/// <param name="Start">Where its value begins.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct FilePart(long Tag, long Start, long End)
{
    /// <summary>The bytes of its value.</summary>
    public long Length => End - Start;
}
